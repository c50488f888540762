"""Site agents, their services and their processors."""
