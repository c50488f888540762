"""Resources, as their projects see them, and what both sides share."""
