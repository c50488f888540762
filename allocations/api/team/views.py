"""The people who may use a resource, below the paths of the marketplace's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from allocations.api.team.filters import TeamFilter
from allocations.api.team.inputs import HERE, MemberSyncStatusReportInput
from allocations.api.team.serializers import MemberSyncStatusReportResultOutput, ProjectUserOutput
from allocations.services import admission, attributes, sync_statuses, team
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, listing
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from identity.models import User
from identity.permissions import P
from marketplace.api.resources.serializers import ResourceOutput
from marketplace.models import Resource

if TYPE_CHECKING:
    from rest_framework.response import Response

    from allocations.services.team import Member
    from identity.api.requests import AuthenticatedRequest


class TeamViewSet(ApiViewSet):
    """The team of a resource, for those who consume it."""

    model = Resource
    noun = Noun("an allocation", "allocations")
    output = ResourceOutput
    visible = "consumed_by"
    related = ("offering__customer", "project")
    access: ClassVar[dict[str, Rule]] = {"team": SCOPED}

    @listing(ProjectUserOutput, filterset=TeamFilter, paged=False)
    def team(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the team of {one}.

        All members of its project at once, without pages, each with their strongest role and their
        account at the site. The provider gets names and addresses of those who agreed to the terms
        of service.
        """
        resource = self.row()
        asked = TeamFilter(data=request.query_params, queryset=Resource.objects.none())
        has_consent = asked.form.cleaned_data.get("has_consent") if asked.is_valid() else None
        members = team.members_of(resource, has_consent=has_consent)
        rows = [member_row(member, self.caller.base) for member in members]
        if self.visible == "provided_by":
            rows = as_site_sees(resource, members, rows)
        body = ProjectUserOutput(rows, many=True).data
        return self.answer(body, headers={"X-Result-Count": str(len(rows))})


class ProviderTeamViewSet(TeamViewSet):
    """The same for those who provide it, who also report how access was given."""

    noun = Noun("a provided allocation", "provided allocations")

    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {
        "team": SCOPED,
        "set_membership_sync_statuses": Needs(
            P.MANAGE_DELIVERY, on=("offering", "offering.customer")
        ),
    }

    @command(MemberSyncStatusReportInput, MemberSyncStatusReportResultOutput)
    def set_membership_sync_statuses(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the access of the team of {one}.

        For each member whether the site has let them in, by person or username and role. Only where
        the offering has `enable_membership_sync_status` (409 otherwise). People who are not of the
        team are named in `skipped`.
        """
        resource, statuses = self.row(), self.data(MemberSyncStatusReportInput)["statuses"]
        here = [status for status in statuses if status["scope_type"] == HERE]
        elsewhere = [status for status in statuses if status["scope_type"] != HERE]
        stored, skipped = sync_statuses.report(
            resource, [entry(status) for status in here], actor=request.user, now=self.now
        )
        skipped += [str(status.get("resource_project_uuid", "")) for status in elsewhere]
        return self.answer({"stored": stored, "skipped": skipped})


def as_site_sees(
    resource: Resource, members: list[Member], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the members without what their site does not get to see; user names it needs."""
    people = User.objects.filter(pk__in=[member.user.pk for member in members])
    consenting = admission.agreed_to(resource.offering, people)
    exposed = set(attributes.exposed_at(resource.offering))
    if team.is_only_asked_for(resource):
        exposed -= {"email"}
    hidden = {key: "" for key in ("email", "full_name") if key not in exposed}
    nothing = {"email": "", "full_name": ""}
    return [
        {**row, **(hidden if member.user.pk in consenting else nothing)}
        for member, row in zip(members, rows, strict=True)
    ]


def member_row(member: Member, base: str) -> dict[str, Any]:
    """Return a member; agents take out whose account they do not find: one who is kept out."""
    user, account = member.user, member.account
    let_in = account if account and not account.is_restricted else None
    return {
        "url": base + reverse("user-detail", kwargs={"uuid": user.uuid.hex}),
        "uuid": user.uuid,
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "role": member.role,
        "expiration_time": member.expiration_time,
        "offering_user_username": let_in.username if let_in else None,
        "offering_user_state": account.state if account else None,
    }


def entry(status: dict[str, Any]) -> sync_statuses.StatusReport:
    """Return what a site says of one person in the service's terms."""
    return sync_statuses.StatusReport(
        role_name=status["role_name"],
        state=status["state"],
        user_uuid=status.get("user_uuid"),
        username=status.get("username", ""),
        message=status.get("message", ""),
    )
