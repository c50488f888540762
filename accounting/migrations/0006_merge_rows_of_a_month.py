"""Make one row of the rows that a month has after a switch of plans or a restoration.

The row of the latest plan period stays, with its UUID: it is the one that totals went by, so no sum
changes. What it said becomes the month's usage, and what each plan period added becomes a part.
People's parts of the former rows are kept, but where the latest row names the same person again.

Nothing is lost: what the other rows said is in `former_rows` of the one that stays, and the way
back makes them again. Of months that were divided since, the way back keeps the usage.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import migrations
from django.db.models import Count, F

SINGLE_ROWS = """
INSERT INTO accounting_planperiodusage (component_usage_id, plan_period_id, usage)
SELECT id, plan_period_id, usage FROM accounting_componentusage WHERE plan_period_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
PLAN_PERIODS = """
UPDATE accounting_componentusage used SET plan_period_id = latest.plan_period_id
FROM (
  SELECT DISTINCT ON (part.component_usage_id) part.component_usage_id, part.plan_period_id
  FROM accounting_planperiodusage part
  JOIN marketplace_resourceplanperiod period ON period.id = part.plan_period_id
  ORDER BY part.component_usage_id, period.start DESC NULLS LAST, period.id DESC
) latest
WHERE latest.component_usage_id = used.id
"""
"""The way back."""

MONTH = ("resource_id", "component_id", "billing_period")
PLAIN = ("description", "recurring", "missing_usage_policy", "plan_period_id", "modified_by_id")
OF_PERSON = ("username", "user_id", "description", "backend_id")


def merge(apps, schema_editor):
    usages = apps.get_model("accounting", "ComponentUsage").objects
    several = usages.values(*MONTH).annotate(n=Count("pk")).filter(n__gt=1)
    for month in several.values(*MONTH).order_by(*MONTH):
        rows = usages.filter(**month).order_by(F("plan_period__start").asc(nulls_first=True), "pk")
        _merge(apps, list(rows))


def _merge(apps, rows):
    *former, latest = rows
    parts = apps.get_model("accounting", "PlanPeriodUsage").objects
    of_people = apps.get_model("accounting", "ComponentUserUsage").objects
    latest.former_rows = []
    for row in reversed(former):
        here = set(of_people.filter(component_usage=latest).values_list("username", flat=True))
        people = of_people.filter(component_usage=row)
        latest.former_rows.insert(0, _told(row, people.order_by("pk"), here))
        people.filter(username__in=here).delete()
        people.update(component_usage=latest)
    for row, part in zip(rows, _parts([row.usage for row in rows]), strict=True):
        if row.plan_period_id is not None:
            parts.update_or_create(
                component_usage=latest, plan_period_id=row.plan_period_id, defaults={"usage": part}
            )
        if row is not latest:
            row.delete()
    latest.save(update_fields=["former_rows"])


def _parts(readings):
    """Return what each reading of a month adds to those before; a lower one corrects them."""
    parts = []
    for reading in readings:
        left, kept = reading, []
        for part in parts:
            kept.append(min(part, left))
            left -= kept[-1]
        parts = [*kept, left]
    return parts


def _told(row, people, here):
    return {
        "uuid": row.uuid.hex,
        "usage": str(row.usage),
        **{name: getattr(row, name) for name in PLAIN},
        **{name: getattr(row, name).isoformat() for name in ("date", "created", "modified")},
        "people": [
            {
                "uuid": person.uuid.hex,
                "usage": str(person.usage),
                "moved": person.username not in here,
                "created": person.created.isoformat(),
                **{name: getattr(person, name) for name in OF_PERSON},
            }
            for person in people
        ],
    }


def split(apps, schema_editor):
    usages = apps.get_model("accounting", "ComponentUsage").objects
    for latest in usages.exclude(former_rows=[]).order_by("pk"):
        for told in latest.former_rows:
            _split(apps, latest, told)
    usages.exclude(former_rows=[]).update(former_rows=[])


def _split(apps, latest, told):
    usages = apps.get_model("accounting", "ComponentUsage").objects
    of_people = apps.get_model("accounting", "ComponentUserUsage").objects
    row = usages.create(
        **{name: getattr(latest, name) for name in MONTH},
        **{name: told[name] for name in PLAIN},
        **{name: datetime.fromisoformat(told[name]) for name in ("date", "created")},
        uuid=UUID(told["uuid"]),
        usage=Decimal(told["usage"]),
    )
    usages.filter(pk=row.pk).update(modified=datetime.fromisoformat(told["modified"]))
    for person in told["people"]:
        if person["moved"]:
            of_people.filter(uuid=person["uuid"]).update(component_usage=row)
        else:
            of_people.create(
                component_usage=row,
                uuid=UUID(person["uuid"]),
                usage=Decimal(person["usage"]),
                created=datetime.fromisoformat(person["created"]),
                **{name: person[name] for name in OF_PERSON},
            )


class Migration(migrations.Migration):
    dependencies = [("accounting", "0005_parts_of_plan_periods")]

    operations = [
        migrations.RunPython(merge, migrations.RunPython.noop),
        migrations.RunPython(migrations.RunPython.noop, split),
        migrations.RunSQL(SINGLE_ROWS, PLAN_PERIODS),
    ]
