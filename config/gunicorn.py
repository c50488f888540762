"""How gunicorn serves the application: by `make run`, by `make serve` and in the container."""

import gc
import os
from typing import Any

from django.conf import settings

from common.env import env_bool, env_int
from common.ports import bind_address, web_port
from config.lost_key import refuse_lost_key
from config.starting import exit_on_bad_settings
from standalone.embedded_postgres import hold

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

MOST_WORKERS = 256
MOST_THREADS = 256

with exit_on_bad_settings():
    bind = f"{bind_address()}:{web_port()}"
    workers = env_int("WEB_WORKERS", 2, least=1, most=MOST_WORKERS)
    # Two threads keep a worker answering while one waits for the database; more wait for the GIL.
    threads = env_int("WEB_THREADS", 2, least=1, most=MOST_THREADS)
    is_access_logged = env_bool("ACCESS_LOG", default=False)
    # The address of the client is the proxy's word only when the settings trust that proxy.
    forwarded_allow_ips = "*" if settings.BEHIND_PROXY else "127.0.0.1"
# Idle and slow clients keep a socket and no thread (docs/operations.md has what was measured).
worker_class = "config.serving.worker.ParkingWorker"
timeout = 60
graceful_timeout = 20
control_socket_disable = True
proc_name = "efp-web"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(M)sms %({x-request-id}o)s'
logconfig_dict: dict[str, Any] = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": settings.LOG_LEVEL, "handlers": [], "propagate": True},
        "gunicorn.access": {
            "level": "INFO" if is_access_logged else "WARNING",
            "handlers": [],
            "propagate": True,
        },
    },
}


def on_starting(_server: object) -> None:
    """Keep the embedded database up for the life of the server, not of its workers.

    Before any of them starts, see that the keys are those of the database.
    """
    if settings.EMBEDDED_CLUSTER:
        with exit_on_bad_settings():
            hold(settings.EMBEDDED_CLUSTER)
    refuse_lost_key()


def post_worker_init(_worker: object) -> None:
    """Take what was loaded at start out of the collector's sight: it never becomes garbage.

    Without this a full collection in the middle of a request walks all of Django; with it the 95th
    percentile of a long list was measured to be half as long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
