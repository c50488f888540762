"""Service providers and what concerns them: their offerings, customers, projects, people."""
