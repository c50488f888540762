"""Everything that changes what was used."""
