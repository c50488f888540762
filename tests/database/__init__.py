"""The database engine of the tests: the embedded one, whose test databases are copies (`base.py`).

`DATABASE_URL` names somebody else's server, on which nothing is left behind: there each process of
a run migrates a database of its own, as Django does.
"""
