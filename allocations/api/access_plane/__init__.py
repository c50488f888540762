"""What staff have the AAI told and asked."""
