"""notifications tells."""
