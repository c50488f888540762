"""What sites have that is not known here."""
