"""Hooks, and what is sent to them."""

from notifications.models.hook import (
    EmailHook,
    Hook,
    HookAttempt,
    HookDelivery,
    HookPosition,
    WebHook,
)

__all__ = ["EmailHook", "Hook", "HookAttempt", "HookDelivery", "HookPosition", "WebHook"]
