"""marketplace decides."""
