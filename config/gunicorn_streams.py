"""How gunicorn serves streams of events: one process, and a thread for each stream."""

from typing import Any

from django.conf import settings

from config.env import env_int, env_str
from config.gunicorn import (
    access_log_format,
    control_socket_disable,
    forwarded_allow_ips,
    logconfig_dict,
    on_starting,
    worker_class,
)

__all__ = (
    "access_log_format",
    "control_socket_disable",
    "forwarded_allow_ips",
    "logconfig_dict",
    "on_starting",
    "worker_class",
)

SPARE = 8
"""Threads beyond those of the streams: for probes, and for telling that there is no place."""

bind = (
    f"{env_str('BIND_ADDRESS', '127.0.0.1')}:"
    f"{env_int('EVENT_STREAM_PORT', env_int('PORT', 8000) + 1000)}"
)
workers = 1
threads = settings.EVENT_STREAM_THREADS + SPARE
worker_connections = 2 * threads
keepalive = 5
timeout = 60
graceful_timeout = 10
proc_name = "efp-streams"


def post_worker_init(worker: Any) -> None:
    """Let the streams know when their process is asked to end."""
    from config.streams.hub import HUB  # noqa: PLC0415 - needs the loaded application

    HUB.end_with(worker)
