"""Which agents serve an offering, and whether they still do."""
