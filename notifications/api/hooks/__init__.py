"""Hooks: being told of events by HTTP or by mail."""
