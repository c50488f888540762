"""Offerings, as their providers and as everybody sees them."""
