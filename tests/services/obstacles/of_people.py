"""Reasons of people, projects and allocations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.registration_settings import RegistrationSettings
from identity.models import Grant, Role
from identity.services import members, platform_terms, roles, users, vetting
from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState
from marketplace.services import delivery
from tests.factories.marketplace import OrderFactory
from tests.services.obstacles.world import (
    AT,
    ITSELF,
    LONG_AGO,
    PERSON,
    PROJECT,
    PROVIDER,
    STAFF,
    Expected,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

INSISTS = RegistrationSettings(
    mandatory=("job_title", "phone_number"),
    enforces_profile=True,
    needs_vetting=False,
    assurance=frozenset(),
    valid_days=0,
)


def of_the_role(world: World) -> Role:
    return Role.objects.get(grants__user=world.bob)


def ordered(state: OrderState) -> Callable[[World], None]:
    def order(world: World) -> None:
        world.write(world.resource, state=ResourceState.CREATING)
        OrderFactory(resource=world.resource, type=OrderType.CREATE, state=state)

    return order


def in_state(state: ResourceState, **columns: object) -> Callable[[World], None]:
    return lambda world: world.write(world.resource, state=state, **columns)


def restorable(world: World) -> None:
    world.option(can_restore_resource=True)
    in_state(ResourceState.TERMINATED)(world)


def days(world: World, number: int) -> str:
    return str((world.now + timedelta(days=number)).date())


PEOPLE = (
    Expected(
        "person_deactivated",
        lambda w: users.deactivate(w.bob, reason="Left.", **w.by),
        "The person is deactivated: they can log in nowhere. The reason given: Left.",
        (STAFF,),
    ),
    Expected(
        "vetting_refused",
        lambda w: vetting.refuse(w.bob, evidence="Not who they say.", **w.by),
        "The person was refused access to this platform.",
        (STAFF,),
    ),
    Expected(
        "platform_terms_not_accepted",
        lambda w: platform_terms.publish(version="3", terms="Be kind.", **w.by),
        "The person has not accepted this platform's terms of service 3.",
        (PERSON,),
    ),
    Expected(
        "profile_incomplete",
        lambda w: None,
        "The person's profile lacks: job title, phone number.",
        (PERSON,),
        settings={"REGISTRATION": INSISTS},
    ),
    Expected(
        "organization_removed",
        lambda w: w.write(w.project.customer, is_removed=True),
        "The organization LUMI Sweden was removed.",
        (STAFF,),
    ),
    Expected(
        "organization_blocked",
        lambda w: w.write(w.project.customer, blocked=True),
        "The organization LUMI Sweden is blocked: nobody's role in it, or in what is its own, gives"
        " anything.",
        (STAFF,),
    ),
    Expected(
        "organization_archived",
        lambda w: w.write(w.project.customer, archived=True),
        "The organization LUMI Sweden is archived: it can order nothing, so that nothing can be"
        " renewed or extended.",
        (STAFF,),
    ),
    Expected(
        "project_removed",
        lambda w: w.write(w.project, is_removed=True),
        "The project was removed.",
        (STAFF,),
    ),
    Expected(
        "project_over",
        lambda w: w.write(w.project, end_date=LONG_AGO.date(), grace_period_days=2),
        "The project is over since the end of 2026-01-04: its allocations are ended.",
        (PROJECT, STAFF),
    ),
    Expected(
        "project_not_started",
        lambda w: w.write(w.project, start_date=w.now + timedelta(days=3)),
        "The project begins on {later}: what is ordered for it waits until then.",
        (ITSELF, PROJECT, STAFF),
    ),
    Expected(
        "role_disabled",
        lambda w: roles.disable(of_the_role(w), **w.by),
        'The role "Project member" is disabled: it gives nothing to those who hold it.',
        (STAFF, PROJECT),
    ),
    Expected(
        "role_expired",
        lambda w: w.bob.grants.update(expiration_time=LONG_AGO),
        f'The person\'s role "Project member" ended by itself on {AT}.',
        (PROJECT, STAFF),
    ),
    Expected(
        "role_taken",
        lambda w: members.revoke(scope=w.project, user=w.bob, role=of_the_role(w), **w.by),
        'The person\'s role "Project member" was taken from them: {now}.',
        (PROJECT, STAFF),
    ),
    Expected(
        "role_missing",
        lambda w: Grant.objects.filter(user=w.bob).delete(),
        "The person holds no role in the project.",
        (PROJECT, STAFF),
    ),
)

ALLOCATIONS = (
    Expected(
        "offering_closed",
        lambda w: w.write(w.offering, state=OfferingState.ARCHIVED),
        "The offering LUMI-C is archived: nobody logs in at its site.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "offering_unavailable",
        lambda w: w.write(w.offering, state=OfferingState.UNAVAILABLE),
        "The offering LUMI-C is unavailable at the moment, as in a maintenance.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "order_awaits_organization",
        ordered(OrderState.PENDING_CONSUMER),
        "The allocation is ordered, and its organization has not approved the order.",
        (PROJECT, STAFF),
    ),
    Expected(
        "order_awaits_provider",
        ordered(OrderState.PENDING_PROVIDER),
        "The allocation is ordered, and the Hosting Entity has not approved the order.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "order_awaits_start",
        ordered(OrderState.PENDING_START_DATE),
        "The allocation is ordered for later: the order waits for its start date, or for that of"
        " the project.",
        (ITSELF, PROJECT),
    ),
    Expected(
        "allocation_creating",
        ordered(OrderState.EXECUTING),
        "The site is making the allocation.",
        (PROVIDER,),
    ),
    Expected(
        "allocation_erred",
        in_state(ResourceState.ERRED, error_message="sacctmgr failed"),
        "Something went wrong with the allocation at the site. The site says: sacctmgr failed",
        (PROVIDER, STAFF),
    ),
    Expected(
        "allocation_updating",
        in_state(ResourceState.UPDATING),
        "The site is changing the allocation; what is new may not hold yet.",
        (PROVIDER,),
    ),
    Expected(
        "allocation_terminating",
        in_state(ResourceState.TERMINATING),
        "The allocation is being ended at the site.",
        (PROJECT,),
    ),
    Expected(
        "allocation_terminated",
        in_state(ResourceState.TERMINATED),
        "The allocation has ended.",
        (PROJECT,),
    ),
    Expected("allocation_ended_for_now", restorable, "The allocation has ended.", (PROJECT, STAFF)),
    Expected(
        "allocation_at_its_end",
        lambda w: w.write(w.resource, end_date=w.now),
        "The allocation's end date has come: {today}. Its end is ordered at the site.",
        (PROJECT, PROVIDER, STAFF),
    ),
    Expected(
        "members_kept_out",
        lambda w: delivery.set_flags(w.resource, {"restrict_member_access": True}, **w.by),
        "The allocation is restricted: the project's members are kept out of it.",
        (PROVIDER, STAFF),
    ),
)
