"""Subscriptions to changes, and their queues."""
