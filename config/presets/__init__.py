"""Catalogues that can be loaded into the database, and the loader."""
