"""The unmodified site agent, as processes of its own, against the running service."""
