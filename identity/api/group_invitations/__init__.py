"""Links by which people ask for a role."""
