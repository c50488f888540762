"""What agents send of their logs."""
