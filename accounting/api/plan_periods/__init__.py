"""Times under plans."""
