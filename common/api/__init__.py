"""How every endpoint reads, answers, filters, pages and refuses."""
