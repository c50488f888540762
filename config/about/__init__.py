"""What the service says about itself: its version and how clients shall treat it."""
