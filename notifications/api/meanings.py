"""What keys and parameters of hooks and their deliveries mean.

See `common.api.meanings`.
"""

from collections.abc import Mapping

NOUNS: Mapping[str, str] = {
    "author": "person who made the hook",
    "hook": "hook",
}

KEYS: Mapping[str, str] = {
    "hook_type": "`webhook` or `email`.",
    "Hook.is_active": "Whether the hook tells of events.",
    "EmailHook.is_active": "Whether the hook tells of events.",
    "NewEmailHook.is_active": "Whether the hook tells of events.",
    "NewWebHook.is_active": "Whether the hook tells of events.",
    "WebHook.is_active": "Whether the hook tells of events.",
    "HookFilter.is_active": "Whether the hook tells of events.",
    "destination_url": "Where the webhook leads.",
    "Hook.content_type": "Form of the body that is sent.",
    "WebHook.content_type": "Form of the body that is sent.",
    "NewWebHook.content_type": "Form of the body that is sent.",
    "WebHookFilter.content_type": "Form of the body that is sent: 1 is JSON, 2 a form.",
    "failing_since": "Since when the receiver does not accept deliveries (UTC); null is never.",
    "paused_until": "Until when nothing is sent, after failures (UTC); null is not paused.",
    "last_published": "When something was delivered last (UTC); null is never.",
    "scopes": "UUIDs of organizations, projects, offerings or allocations: only events about them;"
    " none are all.",
    "secret": "What signs the requests; only in the answer that creates or replaces it.",
    "previous_until": "Until when the former secret signs as well (UTC); null is not any more.",
    "overlap_hours": "For how many hours the former secret signs as well.",
    "planned_at": "When the delivery was planned (UTC).",
    "delivered_at": "When the receiver accepted it (UTC); null is not yet.",
    "next_attempt_at": "When it is tried next (UTC).",
    "attempts": "How many times it was tried.",
    "tries": "Each attempt, the earliest first.",
    "started": "When it began (UTC); null is not yet.",
    "HookAttempt.started": "When the attempt began (UTC).",
    "HookAttempt.status": "HTTP status of the answer; null where there was none.",
    "HookAttempt.answer": "Beginning of what the receiver answered.",
    "HookAttempt.error": "Why there was no answer.",
    "latency_ms": "How long it took, in milliseconds.",
    "HookDelivery.state": "`pending`, `delivered`, or `dead`: given up.",
    "HookDeliveryFilter.state": "`pending`, `delivered`, or `dead`: given up.",
    "before": "Events up to this cursor of the event feed, or this moment, included.",
    "Replay.after": "Events beyond this cursor of the event feed, or this moment (ISO 8601).",
    "Replay.before": "Events up to this cursor of the event feed, or this moment, included.",
    "Replay.event_uuid": "The one event to deliver again.",
    "Replay.state": "`dead`: all deliveries that were given up.",
    "replayed": "How many deliveries were planned.",
    "WebHookReplayed.next": "Number of the last event that was looked at where there is more;"
    " null: all was done.",
    "HookFilter.query": "A text to search for.",
}
