"""How often somebody may ask: per token, person and address, and less often where it is costly."""
