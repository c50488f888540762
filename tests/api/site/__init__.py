"""A site of some size, and the calls that its agent sends; site-agent's own words, as released."""
