"""Finding people by their CUID."""
