"""Who may log in at a site, as its sshd asks."""
