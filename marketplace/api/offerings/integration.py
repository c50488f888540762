"""What agents do for an offering; who they are is told by the app that serves them."""

from __future__ import annotations

from common.api.json_shapes import TEXT, or_null, record, words

AGENTS = record(
    {
        "agent_type": words(
            "Event processing",
            "Glauth sync",
            "Order processing",
            "Resource sync",
            "Usage reporting",
            "unknown",
        ),
        "last_request_timestamp": or_null(TEXT),
        "service_name": TEXT,
        "status": TEXT,
    }
)
