"""The staff's pages for hooks, and for how it goes with what they send."""

from notifications.admin import hooks as hooks
