"""What providers set for accounts."""
