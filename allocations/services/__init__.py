"""Everything that delivers what was decided: provisions of orders, accounts of people at sites."""
