"""The packages at the top level, in the order in which they stand on each other."""

APPS = ("identity", "marketplace", "allocations", "accounting", "notifications")
"""The chain: each imports only those to its left."""

PACKAGES = ("common", *APPS, "standalone", "config", "bench")
"""Everything that is ours and no test."""
