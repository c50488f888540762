"""identity says who."""
