"""Fields of science."""
