"""Providers of identities: what OpenID Connect says, asked over the network and checked.

A port to the outside: it knows no rows. `providers` says which there are, `fetching` asks them,
`discovery` and `keys` keep what they publish, `tokens` says whether a token is theirs.
"""
