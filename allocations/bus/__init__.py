"""The message bus: what is said over it, and the broker that carries it."""
