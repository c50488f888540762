"""Why somebody cannot use an allocation."""
