"""Everything that changes people, organisations, projects and who holds which role."""
