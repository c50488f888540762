"""Everything that changes the catalogue, orders and resources."""
