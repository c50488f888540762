"""The service under load: a data set of the size that Waldur was measured with, and the bench.

`data_set.seed` makes the rows, one module per noun; `bench` serves and measures them.
"""
