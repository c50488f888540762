"""Pages that show everything, whichever app it is of."""
