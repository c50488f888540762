"""The dashboard: what needs a person, read for the start page of the staff."""
