"""What happens to hooks. Pure."""

from functools import partial

from identity.event_catalogue import Group, Kind, Readers

_hook = partial(Kind, group=Group.BUS, readers=Readers.CONSUMER)

EMAIL_HOOK_CREATED = _hook("email_hook.created", "There is a new mail hook.")
EMAIL_HOOK_REMOVED = _hook("email_hook.removed", "A mail hook was removed.")
EMAIL_HOOK_REPLAYED = _hook("email_hook.replayed", "Events are mailed again by a mail hook.")
EMAIL_HOOK_UPDATED = _hook("email_hook.updated", "A mail hook changed; `fields` says what of it.")
WEB_HOOK_CREATED = _hook("web_hook.created", "There is a new webhook.")
WEB_HOOK_GONE = _hook(
    "web_hook.gone", "A receiver answered that it is gone for good: its webhook is switched off."
)
WEB_HOOK_PINGED = _hook("web_hook.pinged", "A webhook is sent a trial event.")
WEB_HOOK_REMOVED = _hook("web_hook.removed", "A webhook was removed.")
WEB_HOOK_REPLAYED = _hook("web_hook.replayed", "Events are sent again by a webhook.")
WEB_HOOK_SECRET_ROTATED = _hook("web_hook.secret_rotated", "A webhook signs with another secret.")
WEB_HOOK_UPDATED = _hook("web_hook.updated", "A webhook changed; `fields` says what of it.")
