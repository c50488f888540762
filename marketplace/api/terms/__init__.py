"""Terms of service of offerings, and consents to them."""
