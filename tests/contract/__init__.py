"""What existing Waldur clients rely on, as tests: the schema, the paging and whole flows."""
