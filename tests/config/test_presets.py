"""Presets: what they bring, again and again, and what is said of broken ones."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from allocations.models import OfferingUser
from config.presets.loader import BrokenPreset, load
from identity.models import Customer, Event, Grant, Project, Token, User
from identity.services import credentials
from marketplace.lifecycle import OfferingState
from marketplace.models import Offering, PlanComponent
from tests.config.preset import (
    ALLOCATOR,
    CPU,
    GPU,
    GROUP,
    MEMBER,
    NAMED,
    OFFERING,
    OWNER_ROLE,
    PLAN,
    SITE_NAMES,
    TOKEN,
    preset,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

pytestmark = pytest.mark.django_db
EUROHPC = settings.BASE_DIR / "config" / "presets" / "eurohpc.json"


def counts() -> dict[str, int]:
    models = (User, Token, Customer, Project, Offering, PlanComponent, Grant, OfferingUser)
    return {model.__name__: model.objects.count() for model in models}


def test_every_section_arrives(now: datetime) -> None:
    tally = load(preset(), now=now)

    assert sum(tally.new.values()) == sum(tally.rows.values()) == 21
    offering = Offering.objects.get(uuid=OFFERING)
    assert offering.state == OfferingState.ACTIVE
    assert offering.slug == "lumi-swede"
    assert offering.access_mode is not None
    assert offering.access_mode.source == "https://example.org/access"
    assert [group.uuid.hex for group in offering.organization_groups.all()] == [GROUP]
    assert offering.plugin_options == {"can_restore_resource": True}
    assert offering.category.group is not None
    assert offering.category.group.title == "HPC"
    assert offering.customer.service_provider.description == "A centre"
    assert Offering.objects.get(uuid=SITE_NAMES).state == OfferingState.DRAFT
    assert Project.objects.get().slug == "folding"
    assert Customer.objects.get(uuid=ALLOCATOR).is_allocator


def test_passwords_and_tokens_are_stored_as_digests(now: datetime) -> None:
    load(preset(), now=now)
    staff, member = User.objects.get(username="site-staff"), User.objects.get(username="member")
    assert staff.check_password("site-staff-password")
    assert "site-staff-password" not in staff.password
    assert not member.has_usable_password()
    token = credentials.find(TOKEN, now=now)
    assert (token.user, token.lifetime) == (staff, None)
    assert TOKEN not in token.digest


def test_a_plan_has_a_price_for_every_component_also_where_the_file_has_none(
    now: datetime,
) -> None:
    load(preset(), now=now)
    prices = PlanComponent.objects.filter(plan__uuid=PLAN)
    told = {row.component.uuid.hex: (row.price, row.amount) for row in prices}
    assert told == {CPU: (Decimal("0.25"), 3), GPU: (Decimal(0), 0)}


def test_named_accounts_are_ready_and_unnamed_ones_wait_for_the_site(now: datetime) -> None:
    load(preset(), now=now)
    accounts = OfferingUser.objects.order_by("pk").values_list("username", "state")
    assert list(accounts) == [("mem", "OK"), ("", "Requested")]


def test_roles_are_told_of_as_those_that_people_give(now: datetime) -> None:
    load(preset(), now=now)
    grant = Grant.objects.get(uuid=OWNER_ROLE)
    assert (grant.user.username, grant.role.name, grant.scope_name) == (
        "site-staff",
        "CUSTOMER.OWNER",
        "Computing Centre",
    )
    assert Event.objects.filter(kind="grant.given", subject_uuid=grant.uuid).count() == 1


def test_loading_again_changes_nothing(now: datetime) -> None:
    load(preset(), now=now)
    before, events = counts(), Event.objects.count()

    tally = load(preset(), now=now)

    assert (sum(tally.new.values()), sum(tally.changed.values())) == (0, 0)
    assert counts() == before
    assert Event.objects.count() == events


def test_a_newer_file_brings_what_changed(now: datetime) -> None:
    load(preset(), now=now)
    newer = preset()
    newer["offerings"][0]["name"] = "LUMI-C"
    newer["offerings"][0]["organization_groups"] = []
    newer["offering_components"][0]["max_value"] = 500
    newer["plan_components"][0]["price"] = "1"

    tally = load(newer, now=now)

    assert {name: n for name, n in tally.changed.items() if n} == {
        "offerings": 1,
        "offering_components": 1,
    }
    offering = Offering.objects.get(uuid=OFFERING)
    assert (offering.name, offering.slug) == ("LUMI-C", "lumi-swede")
    assert not offering.organization_groups.exists()
    assert offering.components.get(type="cpu").max_value == 500
    assert PlanComponent.objects.get(component__uuid=CPU).price == 1
    assert Event.objects.filter(kind="offering.loaded", subject_uuid=OFFERING).count() == 2


def test_what_has_a_life_of_its_own_is_left_alone(now: datetime) -> None:
    load(preset(), now=now)
    Offering.objects.filter(uuid=OFFERING).update(state=OfferingState.PAUSED)
    User.objects.filter(uuid=MEMBER).update(is_active=False)
    Grant.objects.filter(uuid=OWNER_ROLE).update(is_active=False)
    OfferingUser.objects.filter(uuid=NAMED).update(username="other", state="Deleting")

    load(preset(), now=now)

    assert Offering.objects.get(uuid=OFFERING).state == OfferingState.PAUSED
    assert not User.objects.get(uuid=MEMBER).is_active
    assert not Grant.objects.get(uuid=OWNER_ROLE).is_active
    account = OfferingUser.objects.get(uuid=NAMED)
    assert (account.username, account.state) == ("other", "Deleting")


def test_a_role_that_has_ended_is_history(now: datetime) -> None:
    ended = preset()
    ended["user_roles"][0]["is_active"] = False
    load(ended, now=now)
    assert not Grant.objects.get(uuid=OWNER_ROLE).is_active
    assert not Event.objects.filter(kind="grant.given", payload__role="CUSTOMER.OWNER").exists()


def test_a_role_that_is_held_already_is_not_given_twice(now: datetime) -> None:
    load(preset(), now=now)
    again = preset()
    again["user_roles"][0]["uuid"] = "f" * 32
    load(again, now=now)
    assert Grant.objects.count() == 2


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    wrong = preset()
    change(wrong)
    return wrong


BROKEN: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (
        lambda p: p["offerings"][1].update(category_uuid="f" * 32),
        f"offerings, row 2 (uuid {SITE_NAMES}): category_uuid: there is no category {'f' * 32}",
    ),
    (
        lambda p: p["offerings"][0].update(type="Nope"),
        f"offerings, row 1 (uuid {OFFERING}): type: Value 'Nope' is not a valid choice.",
    ),
    (
        lambda p: p["offerings"][0].update(access_mode="nope"),
        f"offerings, row 1 (uuid {OFFERING}): access_mode: there is no access mode 'nope'",
    ),
    (
        lambda p: p["offerings"][0].update(organization_groups="all"),
        f"offerings, row 1 (uuid {OFFERING}): organization_groups is not a list",
    ),
    (
        lambda p: p["offerings"][0].update(plugin_options={"supports_pausing": "yes"}),
        f"offerings, row 1 (uuid {OFFERING}): plugin_options: "
        + json.dumps({"supports_pausing": ["Must be a valid boolean."]}),
    ),
    (
        lambda p: p["offerings"][0].update(colour="red"),
        f"offerings, row 1 (uuid {OFFERING}): unknown keys: colour",
    ),
    (
        lambda p: p["projects"][0].update(name="x" * 501),
        (
            "projects, row 1 (uuid 00000000000000000000000000000005): name: Ensure this value has "
            "at most 500 characters (it has 501)."
        ),
    ),
    (lambda p: p["projects"][0].pop("uuid"), "projects, row 1: uuid is missing"),
    (
        lambda p: p["projects"][0].update(uuid="five"),
        "projects, row 1 (uuid five): uuid: 'five' is not a UUID",
    ),
    (
        lambda p: p["customers"].append(p["customers"][0]),
        "customers, row 3 (uuid 00000000000000000000000000000003): the uuid occurs twice",
    ),
    (
        lambda p: p["users"][1].update(username="site-staff"),
        (
            "users, row 2 (uuid 00000000000000000000000000000002): duplicate key value violates "
            'unique constraint "identity_user_username_key" Key (username)=(site-staff) already '
            "exists."
        ),
    ),
    (
        lambda p: p["offering_components"][0].update(min_value=2000),
        (
            f"offering_components, row 1 (uuid {CPU}): new row for relation "
            '"marketplace_offeringcomponent" violates check constraint "component_bounds"'
        ),
    ),
    (
        lambda p: p["plan_components"][0].update(price="free"),
        "plan_components, row 1: price: “free” value must be a decimal number.",
    ),
    (
        lambda p: p["plan_components"][0].update(component_type="gpu"),
        "plan_components, row 1: component_type: the component's type is cpu",
    ),
    (
        lambda p: (
            p["plans"].append({**p["plans"][0], "uuid": "a" * 32, "offering_uuid": SITE_NAMES}),
            p["plan_components"][0].update(plan_uuid="a" * 32),
        ),
        (
            "plan_components, row 1: component_uuid: the component is of another offering than the "
            "plan"
        ),
    ),
    (
        lambda p: p["user_roles"][0].update(role_name="PROJECT.MEMBER"),
        (
            f"user_roles, row 1 (uuid {OWNER_ROLE}): role_name: 'PROJECT.MEMBER' is no role in a "
            "customer"
        ),
    ),
    (
        lambda p: p["user_roles"][0].update(scope_type="galaxy"),
        (
            f"user_roles, row 1 (uuid {OWNER_ROLE}): scope_type: 'galaxy' is none of "
            "structure.customer, structure.project, marketplace.offering"
        ),
    ),
    (
        lambda p: p["user_roles"][0].update(user_username="somebody"),
        f"user_roles, row 1 (uuid {OWNER_ROLE}): user_username: the user's name is site-staff",
    ),
    (
        lambda p: p["plans"][0].update(description="\x00"),
        f"plans, row 1 (uuid {PLAN}): Null characters are not allowed.",
    ),
    (lambda p: p["auth_tokens"][0].update(key=""), "auth_tokens, row 1: key is missing"),
    (
        lambda p: p["auth_tokens"].append({"key": TOKEN, "user_uuid": MEMBER}),
        "auth_tokens, row 2: key: it is the token of another user",
    ),
    (lambda p: p["plans"].insert(0, "a plan"), "plans, row 1: it is not an object"),
    (lambda p: p.update(plans={}), "plans is not a list of rows."),
    (lambda p: p.update(planets=[]), "Unknown sections: planets."),
]


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_changes_nothing_and_says_which_row_is_wrong(
    change: Callable[[dict[str, Any]], Any], message: str, now: datetime
) -> None:
    with pytest.raises(BrokenPreset) as refused:
        load(broken(change), now=now)
    assert str(refused.value) == message
    assert not Customer.objects.exists()
    assert not Event.objects.exists()


def test_a_preset_is_an_object(now: datetime) -> None:
    with pytest.raises(BrokenPreset, match="A preset is one JSON object of sections"):
        load([], now=now)


def test_the_command_says_what_it_loaded(tmp_path: Path) -> None:
    file, told = tmp_path / "small.json", StringIO()
    file.write_text(json.dumps(preset()))
    call_command("load_preset", str(file), stdout=told)
    assert told.getvalue() == "small.json: 21 rows in 15 sections, 21 new, 0 changed.\n"


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "small.json"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_preset", str(file))
    file.write_text("{not json")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_preset", str(file))
    file.write_text('{"users": [{}]}')
    with pytest.raises(CommandError, match="nothing was changed. users, row 1: uuid is missing"):
        call_command("load_preset", str(file))


@pytest.mark.parametrize(
    ("without", "found"),
    [((), "passwords and tokens"), (("auth_tokens",), "passwords"), (("password",), "tokens")],
)
def test_what_lets_its_readers_in_is_not_loaded_into_a_database_of_its_own(
    tmp_path: Path, settings: Any, without: tuple[str, ...], found: str
) -> None:
    settings.ON_ONE_MACHINE = False
    file = tmp_path / "site.json"
    whole = {name: rows for name, rows in preset().items() if name not in without}
    for user in whole["users"]:
        user.pop("password" if "password" in without else "", None)
    file.write_text(json.dumps(whole))

    with pytest.raises(CommandError, match=f"has {found} in it, and DATABASE_URL is set"):
        call_command("load_preset", str(file))
    assert not User.objects.exists()

    call_command("load_preset", str(file), "--force", stdout=StringIO())
    assert User.objects.count() == 2


def test_a_catalogue_alone_may_be_loaded_into_any_database(tmp_path: Path, settings: Any) -> None:
    settings.ON_ONE_MACHINE = False
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps({"customers": preset()["customers"]}))

    call_command("load_preset", str(file), stdout=StringIO())

    assert Customer.objects.count() == 2


def test_the_demo_is_loaded_into_an_empty_database_only() -> None:
    call_command("prepare_demo", stdout=StringIO())
    edited = Customer.objects.order_by("pk").first()
    assert edited is not None
    Customer.objects.filter(pk=edited.pk).update(name="As somebody called it")
    Offering.objects.order_by("pk").last().delete()  # type: ignore[union-attr]
    before = counts()

    call_command("prepare_demo", stdout=StringIO())

    edited.refresh_from_db()
    assert edited.name == "As somebody called it"
    assert counts() == before


@pytest.mark.slow
def test_the_demo_catalogue_can_be_loaded_and_ordered_from(now: datetime) -> None:
    load(json.loads(EUROHPC.read_text()), now=now)
    assert Offering.objects.count() == 56
    shares = Offering.objects.filter(name__startswith="LUMI Sweden / ")
    assert all(share.access_mode for share in shares)
    assert Customer.objects.filter(is_allocator=True).count() == 11
    allocator = User.objects.get(username="demo-allocator")
    assert Offering.objects.orderable_by(allocator).filter(pk__in=shares).count() == len(shares)
