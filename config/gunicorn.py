"""How gunicorn serves the application: by `make run`, by `make serve` and in the container."""

import gc
import os
from typing import Any

from django.conf import settings

from config.embedded_postgres import hold
from config.env import env_bool, env_int, env_str

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

bind = f"{env_str('BIND_ADDRESS', '127.0.0.1')}:{env_int('PORT', 8000)}"
workers = env_int("WEB_WORKERS", 2)
# Two threads keep a worker answering while one waits for a slow client; more just wait for the GIL.
worker_class = "gthread"
threads = env_int("WEB_THREADS", 2)
limit_request_line = 8190  # a little more than `refusals` allows, so that it is ours to refuse
keepalive = 30
timeout = 60
graceful_timeout = 20
control_socket_disable = True
# The address of the client is the proxy's word only when the settings trust that proxy.
forwarded_allow_ips = "*" if settings.BEHIND_PROXY else "127.0.0.1"
proc_name = "efp-web"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(M)sms %({x-request-id}o)s'
logconfig_dict: dict[str, Any] = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": settings.LOG_LEVEL, "handlers": [], "propagate": True},
        "gunicorn.access": {
            "level": "INFO" if env_bool("ACCESS_LOG", default=False) else "WARNING",
            "handlers": [],
            "propagate": True,
        },
    },
}


def on_starting(_server: object) -> None:
    """Keep the embedded database up for the life of the server, not of its workers."""
    if settings.EMBEDDED_CLUSTER:
        hold(settings.EMBEDDED_CLUSTER)


def post_worker_init(_worker: object) -> None:
    """Take what was loaded at start out of the collector's sight: it never becomes garbage.

    Without this a full collection in the middle of a request walks all of Django; with it the 95th
    percentile of a long list was measured to be half as long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
