"""The Celery app: queues, and what beat starts at which time."""

import os
from datetime import timedelta

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from config.starting import exit_on_bad_settings
from standalone.embedded_postgres import hold

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with exit_on_bad_settings():
    settings.DEBUG  # noqa: B018 - reads the settings, all of them

TRANSPORT_ALIASES["filesystem"] = "standalone.file_broker:Transport"

app = Celery("efp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = "default"
app.conf.update(task_default_exchange="efp", task_default_routing_key="default")
# Each queue under its own key: with Celery's default, one key, a message would go to every queue.
app.conf.task_queues = [
    Queue(name, Exchange("efp"), routing_key=name)
    for name in ("bus", "default", "events", "hooks", "provision", "report")
]
app.conf.task_routes = {
    "config.wiring.*": {"queue": "events"},
    "allocations.tasks.work_bus": {"queue": "bus"},
    "allocations.tasks.repair_bus": {"queue": "bus"},
    # Receivers may be slow: telling them has a queue, and in production a worker, of its own.
    "notifications.tasks.*_hooks": {"queue": "hooks"},
    "allocations.tasks.work_access_plane": {"queue": "hooks"},
    "allocations.tasks.compare_access": {"queue": "hooks"},
    "allocations.tasks.*": {"queue": "provision"},
    "accounting.tasks.*": {"queue": "report"},
}
app.conf.imports = ("config.wiring", "config.erasing")
app.conf.beat_schedule = {
    "dispatch events": {
        "task": "config.wiring.dispatch_events",
        "schedule": timedelta(seconds=2),
        # Beat's messages pile up while no worker runs: one look is as good as many.
        "options": {"expires": 10},
    },
    "work provisions": {
        "task": "allocations.tasks.work_provisions",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 30},
    },
    "work bus": {
        "task": "allocations.tasks.work_bus",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 10},
    },
    "repair bus": {
        "task": "allocations.tasks.repair_bus",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "work access plane": {
        "task": "allocations.tasks.work_access_plane",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},
    },
    "compare access": {
        "task": "allocations.tasks.compare_access",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "sweep access": {
        "task": "allocations.tasks.sweep_access",
        "schedule": timedelta(hours=1),
    },
    "sweep accounts": {
        "task": "allocations.tasks.sweep_accounts",
        "schedule": timedelta(minutes=5),
    },
    "prune messages": {
        "task": "allocations.tasks.prune_messages",
        "schedule": timedelta(hours=1),
    },
    "plan hooks": {
        "task": "notifications.tasks.plan_hooks",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},
    },
    "send hooks": {
        "task": "notifications.tasks.send_hooks",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},
    },
    "prune agent logs": {
        "task": "allocations.tasks.prune_agent_logs",
        "schedule": timedelta(hours=1),
    },
    "prune hooks": {"task": "notifications.tasks.prune", "schedule": timedelta(hours=1)},
    "erase people": {
        "task": "config.erasing.erase_people",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "enter readings": {
        "task": "identity.tasks.enter_readings",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "expire grants": {"task": "identity.tasks.expire_grants", "schedule": timedelta(minutes=5)},
    "tell of ending roles": {
        "task": "identity.tasks.tell_of_ending_roles",
        "schedule": timedelta(hours=1),
    },
    "tell of ending tokens": {
        "task": "identity.tasks.tell_of_ending_tokens",
        "schedule": timedelta(hours=1),
    },
    "begin permission reviews": {
        "task": "identity.tasks.begin_permission_reviews",
        "schedule": timedelta(hours=1),
    },
    "expire invitations": {
        "task": "identity.tasks.expire_invitations",
        "schedule": timedelta(minutes=10),
    },
    "expire vettings": {
        "task": "identity.tasks.expire_vettings",
        "schedule": timedelta(minutes=5),
    },
    "prune": {"task": "identity.tasks.prune", "schedule": timedelta(hours=1)},
    "start due orders": {
        "task": "marketplace.tasks.start_due_orders",
        "schedule": timedelta(minutes=10),
    },
    "begin month": {
        "task": "accounting.tasks.begin_month",
        "schedule": timedelta(hours=3),
    },
    "begin period": {
        "task": "accounting.tasks.begin_period",
        "schedule": timedelta(minutes=30),
    },
    "bring prices into force": {
        "task": "marketplace.tasks.bring_prices_into_force",
        "schedule": timedelta(hours=1),
    },
    "end late consents": {
        "task": "marketplace.tasks.end_late_consents",
        "schedule": timedelta(minutes=5),
    },
    "end allocations": {
        "task": "marketplace.tasks.terminate_ended",
        "schedule": timedelta(hours=1),
    },
}
app.autodiscover_tasks()


@worker_init.connect
def hold_database(**_: object) -> None:
    """Keep the embedded server up for the life of the worker, not of its children."""
    if settings.EMBEDDED_CLUSTER:
        with exit_on_bad_settings():
            hold(settings.EMBEDDED_CLUSTER)


@worker_init.connect
def look_at_sealed_secrets(**_: object) -> None:
    """End the start where nothing that is sealed can be opened."""
    from config import sealed  # noqa: PLC0415 - needs the loaded applications

    sealed.check_or_exit()
