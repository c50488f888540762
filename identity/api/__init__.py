"""identity over HTTP."""
