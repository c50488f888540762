"""The marketplace over HTTP, in the words of Waldur."""
