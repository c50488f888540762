"""Policies on the usage of offerings by period."""
