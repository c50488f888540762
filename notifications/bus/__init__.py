"""Ways out of the service for what is told to others: over HTTP and by mail."""
