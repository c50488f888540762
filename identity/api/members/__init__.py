"""What everything has that roles can be held in: who its members are, and changing that."""
