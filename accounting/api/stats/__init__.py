"""What projects and organizations have and have used."""
