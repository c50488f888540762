"""Invoices and their items: none is made yet, and clients ask for them."""
