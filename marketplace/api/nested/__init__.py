"""What several nouns of the marketplace show within them."""
