"""The state that a site should be in."""
