"""Hooks: having events sent by HTTP or by mail."""
