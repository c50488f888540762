"""How gunicorn serves the application: by `make run`, by `make serve` and in the container."""

import gc
import os
from typing import Any

from django.conf import settings

from common.env import env_bool, env_int
from common.ports import bind_address, web_port
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


# The application is loaded once, by the main process; its workers are copies, which begin at once
# and share what was loaded. So newer code takes a new main process.
preload_app = True


def on_starting(_server: object) -> None:
    """Keep the embedded database up for the life of the server, not of its workers.

    Before any of them starts, see that the keys are those of the database, and load what the first
    request would have to wait for.
    """
    prepare(settings.ROOT_URLCONF)


def prepare(urls: str) -> None:
    """Do so for a server of these addresses, and keep all that was loaded out of searches.

    What is there before the workers are copied stays to the end: not being looked at, let alone
    written to, it is shared memory. No connection to the database is left open for them.
    """
    if settings.EMBEDDED_CLUSTER:
        with exit_on_bad_settings():
            hold(settings.EMBEDDED_CLUSTER)
    from django.urls import get_resolver  # noqa: PLC0415 - needs the loaded application

    from config import sealed  # noqa: PLC0415 - as above

    sealed.check_or_exit()
    _ = get_resolver(urls).url_patterns
    gc.collect()
    gc.freeze()


def post_worker_init(_worker: object) -> None:
    """Look for garbage less often than Python does by itself: hardly any request leaves some.

    With the default, and with what was loaded at start not frozen, a full search in the middle of
    a request walked all of Django; without, the 95th percentile of a long list was half as long.
    """
    gc.set_threshold(50_000, 20, 50)
