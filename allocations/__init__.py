"""allocations delivers."""
