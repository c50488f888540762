"""Everything that decides who is told of what, and tells them."""
