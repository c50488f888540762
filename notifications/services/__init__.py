"""Everything that decides who is sent what, and sends it."""
