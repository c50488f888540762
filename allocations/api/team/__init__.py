"""Who may use a resource."""
