"""accounting counts."""
