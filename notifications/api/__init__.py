"""The HTTP interface of the app."""
