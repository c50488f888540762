"""Invitations to roles."""
