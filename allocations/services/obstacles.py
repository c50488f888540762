"""What is known of a person's account, logins and site that may keep them from an allocation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max, Q

from allocations.access_plane import configured, values
from allocations.lifecycle import AccountState, Condition, EntitlementState
from allocations.models import AgentService, EntitledPerson, MembershipSyncStatus, OfferingUser
from allocations.obstacles.account import AccountFacts
from allocations.obstacles.admission import AdmissionFacts
from allocations.obstacles.login import LoginFacts, NodeFacts
from allocations.obstacles.site import ReportFacts, SiteFacts
from allocations.querysets.agents import seen_in_time
from allocations.services import admission, membership, sync_statuses
from identity.models import SshKey
from identity.services import cuids
from marketplace.login_nodes import is_entitling, nodes_of
from marketplace.models import Consent, OfferingEndpoint, TermsOfService
from marketplace.querysets.terms import deadline

if TYPE_CHECKING:
    from identity.models import User
    from identity.obstacles import ProjectFacts
    from identity.standing import PersonalStanding
    from marketplace.models import Offering, Resource


@dataclass(frozen=True)
class AtTheSite:
    """A person's account at an offering, and what they are at the AAI; either may be missing."""

    account: OfferingUser | None
    entitled: EntitledPerson | None


def at_the_site(person: User, offering: Offering) -> AtTheSite:
    """Return a person's account that is not deleted, and their row of the AAI."""
    account = OfferingUser.objects.live().filter(user=person, offering=offering).first()
    entitled = EntitledPerson.objects.filter(user=person, cuid=person.username)
    return AtTheSite(account, entitled.prefetch_related("entitlements").first())


def of_admission(person: User, offering: Offering, standing: PersonalStanding) -> AdmissionFacts:
    """Return what an offering asks of a person that they do not meet."""
    in_force = TermsOfService.objects.filter(offering=offering, is_active=True)
    terms = in_force.annotate(deadline=deadline()).first()
    consent = Consent.objects.in_force().filter(offering=offering, user=person).first()
    people = type(person).objects.get_queryset().filter(pk=person.pk)
    assured = set(person.eduperson_assurance)
    assurance = admission.asked(offering, admission.ASSURANCE, settings.REQUIRED_ASSURANCE)
    acr = admission.asked(offering, admission.ACR, settings.REQUIRED_ACR)
    logged_in_so = admission.CONDITIONS[Condition.AUTHENTICATION](person, offering)
    return AdmissionFacts(
        lacks_vetting=not standing.vetting and admission.asks_for_vetting(offering),
        terms=terms.version if terms else "",
        has_agreed=bool(admission.agreed_to(offering, people)),
        agreed=consent.version if consent else "",
        asks_consent=admission.asks_for_consent(offering),
        deadline=terms.deadline if terms else None,
        assurance=tuple(value for value in assurance if value not in assured),
        acr=() if logged_in_so else tuple(acr),
    )


def of_account(
    account: OfferingUser | None,
    resource: Resource,
    *,
    asked: AdmissionFacts,
    is_member: bool,
) -> AccountFacts:
    """Return what is known of an account; `is_member` is of somebody who would be given one."""
    options = resource.offering.plugin_options
    meets_all = not (
        asked.lacks_vetting
        or asked.assurance
        or asked.acr
        or (asked.asks_consent and asked.lacks_consent)
    )
    without = AccountFacts(
        state=None,
        meets_all=meets_all,
        opens_itself=bool(options.get(membership.MANAGED)),
        is_due=is_member and meets_all and resource.state in membership.SERVED,
    )
    if account is None:
        return without
    return replace(
        without,
        state=AccountState(account.state),
        username=account.username,
        is_kept_out=account.kept_out,
        withheld_for=account.withheld_for,
        comment=account.service_provider_comment,
        comment_url=account.service_provider_comment_url,
    )


def of_login(person: User, offering: Offering, found: AtTheSite) -> LoginFacts:
    """Return how people log in at an offering, and what a person lacks for it."""
    urls = OfferingEndpoint.objects.filter(offering=offering).values_list("url", flat=True)
    nodes = nodes_of(offering.plugin_options, urls)
    return LoginFacts(
        is_entitling=is_entitling(offering.plugin_options),
        tells_aai=configured.is_configured(),
        has_nodes=bool(nodes),
        has_cuid=bool(cuids.of(person)),
        is_unknown=bool(found.entitled and found.entitled.is_unknown),
        has_keys=SshKey.objects.filter(user=person).exists(),
        waiting=tuple(filter(None, (_waiting(node, found) for node in nodes))),
    )


def _waiting(node: str, found: AtTheSite) -> NodeFacts | None:
    """Return how far a person's entitlement for a login node has got; None where it is put."""
    entitled, name = found.entitled, found.account.username if found.account else ""
    value = values.entitlement(configured.namespace(), node, name)
    rows = {one.value: one for one in entitled.entitlements.all()} if entitled else {}
    row = rows.get(value) if name else None
    if row is None or entitled is None:
        return NodeFacts(node=node)
    if row.state == EntitlementState.PUT:
        return None
    return NodeFacts(
        node=node,
        state=row.state,
        since=row.since,
        attempts=row.attempts,
        error=row.last_error,
        next_attempt=entitled.next_attempt_at,
    )


def of_site(person: User, resource: Resource, project: ProjectFacts) -> SiteFacts:
    """Return what a site has taken over of a person, and whether its agents come."""
    reports = MembershipSyncStatus.objects.filter(resource=resource, user=person)
    services = AgentService.objects.filter(identity__offering=resource.offering_id)
    seen = services.aggregate(
        at=Max("last_seen"), in_time=Max("last_seen", filter=Q(seen_in_time("last_seen")))
    )
    return SiteFacts(
        is_delivered=resource.state in membership.SERVED,
        backend_id=resource.backend_id,
        last_sync=resource.last_sync,
        member_since=project.member_since,
        reports=tuple(
            ReportFacts(state=one.state, message=one.message, reported=one.reported_at)
            for one in reports.order_by("-reported_at", "pk")[:10]
        ),
        takes_reports=bool(resource.offering.plugin_options.get(sync_statuses.ENABLED)),
        last_seen=seen["at"],
        is_silent=seen["at"] is not None and seen["in_time"] is None,
    )
