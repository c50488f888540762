"""People and machine accounts."""
