"""How a person reaches a login node: entitlements at the AAI, and what sites ask for themselves."""
