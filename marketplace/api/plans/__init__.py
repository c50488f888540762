"""Plans, as providers see them."""
