"""Resources, as their providers see them."""
