"""How gunicorn serves streams of events: one process, and a thread for each stream."""

from typing import Any

from django.conf import settings

from common.ports import bind_address, stream_port
from config.gunicorn import (
    access_log_format,
    control_socket_disable,
    forwarded_allow_ips,
    logconfig_dict,
    preload_app,
    prepare,
)
from config.starting import exit_on_bad_settings

__all__ = (
    "access_log_format",
    "control_socket_disable",
    "forwarded_allow_ips",
    "logconfig_dict",
    "preload_app",
)

SPARE = 8
"""Threads beyond those of the streams: for probes, and for telling that there is no place."""

with exit_on_bad_settings():
    bind = f"{bind_address()}:{stream_port()}"
workers = 1
threads = settings.EVENT_STREAM_THREADS + SPARE
worker_class = "config.serving.worker.StreamingWorker"
timeout = 60
graceful_timeout = 10
proc_name = "efp-streams"


def on_starting(_server: object) -> None:
    """Begin as the web server does, with the addresses of the streams."""
    prepare("config.streams.urls")


def post_worker_init(worker: Any) -> None:
    """Let the streams know when their process is asked to end."""
    from config.streams.hub import HUB  # noqa: PLC0415 - needs the loaded application

    HUB.end_with(worker)
