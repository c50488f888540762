"""Keys of resources that are used as an API."""
