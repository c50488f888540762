"""The data set to measure with, as large as the one Waldur was measured with: a module a noun."""
