"""What other identity services tell of people."""
