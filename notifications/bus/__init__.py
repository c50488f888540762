"""Ways out of the service for what is sent to others: over HTTP and by mail."""
