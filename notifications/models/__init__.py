"""Hooks, and what is sent to them."""

from notifications.models.hook import EmailHook as EmailHook
from notifications.models.hook import Hook as Hook
from notifications.models.hook import HookAttempt as HookAttempt
from notifications.models.hook import HookDelivery as HookDelivery
from notifications.models.hook import HookPosition as HookPosition
from notifications.models.hook import WebHook as WebHook
