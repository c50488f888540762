"""Projects that go to another organization, and those that come back."""
