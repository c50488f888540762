"""Of a person who is removed nothing is left, in no table, and the books are what they were."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection

from accounting.models import ComponentUserUsage
from accounting.services import user_usages
from accounting.services.user_usages import UserReported
from allocations.lifecycle import AccountState
from allocations.models import EntitledPerson, OfferingUser
from config import erasing as config_erasing
from config.wiring import dispatch_events
from identity import events
from identity.event_kinds import EVENT_REVIVED
from identity.models import Erasure, Event, EventDelivery, User
from identity.services import credentials, emails, erasing, keys, user_removal, users, vetting
from marketplace.models import Order
from tests.access_plane.world import make_researcher, tell, value
from tests.factories.accounting import ComponentUsageFactory, ComponentUserUsageFactory
from tests.factories.agents import AgentLogFactory, QueueMessageFactory
from tests.factories.allocations import CourseAccountFactory
from tests.factories.identity import (
    InvitationFactory,
    InvitationMailFactory,
    LinkedIdentityFactory,
    UserFactory,
)
from tests.factories.marketplace import OrderFactory
from tests.factories.notifications import EmailHookFactory
from tests.services.test_keys import ED25519

if TYPE_CHECKING:
    from datetime import datetime

    from tests.access_plane.aai import FakeAai
    from tests.access_plane.world import Researcher

pytestmark = pytest.mark.django_db

EMAIL = "aino.kuusisto@uni.example.org"
PROFILE = {
    "first_name": "Ainokaisa",
    "last_name": "Kuusistoinen",
    "native_name": "Ainokaisa Kuusistoinen-Virta",
    "phone_number": "+358 40 7654321",
    "civil_number": "131052-308T",
    "organization": "Kuusisto Institute",
    "address": "Kuusistonkatu 9",
    "details": {"office": "Kuusisto 12b"},
}
SITE_NAME = "ainokuus"


def traces_of(one: Researcher) -> list[str]:
    """Return what no text of the database may contain."""
    of_profile = [text for text in PROFILE.values() if isinstance(text, str)]
    blob = ED25519.split()[1]
    return [one.cuid, EMAIL, *of_profile, SITE_NAME, blob, "sub-of-aino", "Kuusisto 12b"]


def found(traces: list[str]) -> set[tuple[str, str]]:
    """Return in which tables any of the texts stands, in any case."""
    places = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            for text in traces:
                table = connection.ops.quote_name(model._meta.db_table)
                sql = f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s"  # noqa: S608
                cursor.execute(sql, [f"%{text}%"])
                if cursor.fetchone()[0]:
                    places.add((model._meta.label, text))
    return places


@pytest.fixture
def staff() -> User:
    return UserFactory(username="staff", is_staff=True)


@pytest.fixture
def one(staff: User, now: datetime) -> Researcher:
    """Return somebody of whom every part of the service has something on record."""
    one = make_researcher(username=SITE_NAME)
    user = one.user
    users.update(user, actor=staff, now=now, wanted={"email": EMAIL, **PROFILE})
    user.refresh_from_db()
    keys.add(user=user, public_key=ED25519, name="Ainokaisa's laptop", actor=user, now=now)
    credentials.issue(user=user, name=f"for {EMAIL}", actor=user, now=now)
    LinkedIdentityFactory(user=user, subject="sub-of-aino", cuid=one.cuid, claims=PROFILE)
    vetting.vet(user, evidence=f"Passport of {PROFILE['last_name']}", actor=staff, now=now)
    emails.request_confirmation(user, "aino@home.example.org", actor=user, now=now)
    InvitationFactory(scope=one.project, email=EMAIL, accepted_by=user, full_name="Ainokaisa")
    InvitationMailFactory(email=EMAIL)
    OrderFactory(
        resource=one.resource,
        project=one.project,
        offering=one.offering,
        plan=None,
        created_by=user,
        request_comment=f"Ask {EMAIL}",
        attributes={"contact": one.cuid.upper()},
    )
    EmailHookFactory(author=user, customer=one.project.customer, email=EMAIL)
    CourseAccountFactory(project=one.project, user=user, email=EMAIL, username=f"c{SITE_NAME}")
    AgentLogFactory(message=f"Made {SITE_NAME} for {EMAIL}")
    QueueMessageFactory(body={"user_uuid": user.uuid.hex, "full_name": user.full_name})
    LogEntry.objects.log_actions(staff.pk, [user], 2, change_message=f"Changed {user.full_name}")
    report(one, staff, now)
    event = events.record(EVENT_REVIVED, user, actor=None, now=now, message=user.full_name)
    EventDelivery.objects.create(
        event=event, handler="gone", next_attempt_at=now, dead=True, last_error=f"550 {EMAIL}"
    )
    return one


def report(one: Researcher, staff: User, now: datetime) -> None:
    """Report usage of the account by its name, now and before the account was known."""
    component = one.offering.components.first()
    usage = ComponentUsageFactory(resource=one.resource, component=component)
    reported = [
        UserReported(SITE_NAME, Decimal(7), one.account),
        UserReported("other", Decimal(1)),
    ]
    user_usages.set_user_usages(usage, reported, actor=staff, now=now)
    earlier = ComponentUsageFactory(
        resource=one.resource,
        component=component,
        billing_period=(usage.billing_period - timedelta(days=1)).replace(day=1),
    )
    ComponentUserUsageFactory(component_usage=earlier, username=SITE_NAME, user=None, usage=5)


def erase(now: datetime) -> None:
    """Have a worker go on, as if every pause were over."""
    Erasure.objects.filter(finished=None).update(next_run_at=now)
    for row in erasing.due(now):
        erasing.go_on(row, config_erasing.PLAN, now=now)


def test_nothing_is_left_of_who_is_removed_and_the_books_stay(
    aai: FakeAai, one: Researcher, staff: User, now: datetime
) -> None:
    traces = traces_of(one)
    aai.register(one.cuid)
    dispatch_events()
    tell()
    assert value(SITE_NAME) in aai.values(one.cuid)
    assert {label for label, _ in found(traces)} > {"identity.User", "identity.Event"}

    user_removal.remove(one.user, actor=staff, now=now)
    erase(now)
    assert "not dispatched" in Erasure.objects.get().waits_for

    dispatch_events()
    tell()
    assert value(SITE_NAME) not in aai.values(one.cuid)
    erase(now)
    assert "accounts at sites" in Erasure.objects.get().waits_for
    account = OfferingUser.objects.get(pk=one.account.pk)
    assert account.state == AccountState.DELETION_REQUESTED
    assert account.username == SITE_NAME  # the site has to find it

    OfferingUser.objects.filter(pk=account.pk).update(state=AccountState.DELETED)
    dispatch_events()
    tell()
    later = now + timedelta(days=91)
    erase(later)
    erase(later)

    assert found(traces) == set()
    done = Erasure.objects.get()
    assert (done.sealed, done.waits_for, done.finished) == ("", "", later)
    assert not EntitledPerson.objects.exists()
    check_books(one)


def check_books(one: Researcher) -> None:
    pseudonym = f"removed-{one.user.uuid.hex}"
    assert Order.objects.get().created_by.username == pseudonym
    assert Order.objects.get().request_comment == f"Ask {pseudonym}"
    name = f"removed-{one.account.uuid.hex}"
    usages = ComponentUserUsage.objects.filter(user=one.account).order_by("usage")
    assert [(row.username, row.usage) for row in usages] == [(name, 5), (name, 7)]
    recorded = Event.objects.get(kind="user_usage.recorded")
    assert recorded.payload["usages"] == {name: "7", "other": "1"}
    assert Event.objects.filter(kind="user.erased").count() == 1
