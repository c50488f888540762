"""Pages on which people log in and out, by their institution or by a password."""
