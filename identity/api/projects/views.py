"""`/api/projects/`: projects and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, STAFF, SUPPORT, Needs, Rule
from common.api.actions import command, listing, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.customers.people import ColleagueFilter
from identity.api.events.row_events import RowEvents
from identity.api.history import RowHistory
from identity.api.members.serializers import UserRoleDetailsOutput
from identity.api.members.views import Members
from identity.api.projects.filters import ProjectFilter
from identity.api.projects.inputs import (
    HandOverInput,
    MoveProjectInput,
    ProjectInput,
    ProjectRecoveryInput,
)
from identity.api.projects.serializers import ProjectOutput
from identity.api.users.serializers import BasicUserOutput
from identity.models import Grant, Project, User
from identity.permissions import Permission
from identity.services import hand_over, moves, projects, recovery

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

HERE_OR_ABOVE = ("", "customer")


class ProjectViewSet(Members, RowEvents, RowHistory, Listed, Retrieved, ApiViewSet):
    """A project belongs to an organization (customer) and holds allocations (resources).

    You see the projects in which you have a role, and those of organizations in which you have one
    that lets you see projects.
    """

    model = Project
    noun = Noun("a project", "projects")
    output = ProjectOutput
    filterset_class = ProjectFilter
    default_order = ("name",)
    locks_first = ("customer",)
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "history": SUPPORT,
        "history_at": SUPPORT,
        "create": Needs(Permission.CREATE_PROJECT, on=("customer",)),
        "update": Needs(Permission.UPDATE_PROJECT, on=HERE_OR_ABOVE),
        "destroy": Needs(Permission.DELETE_PROJECT, on=HERE_OR_ABOVE),
        "hand_over": Needs(Permission.DELETE_PROJECT_MEMBER, on=HERE_OR_ABOVE),
        "move_project": STAFF,
        "other_users": SCOPED,
        "recover": STAFF,
        "sync_user_roles": STAFF,
        "list_users": SCOPED,
        "add_user": Needs(Permission.CREATE_PROJECT_MEMBER, on=HERE_OR_ABOVE),
        "update_user": Needs(Permission.UPDATE_PROJECT_MEMBER, on=HERE_OR_ABOVE),
        "delete_user": Needs(Permission.DELETE_PROJECT_MEMBER, on=HERE_OR_ABOVE),
    }

    @property
    def which_rows(self) -> Any:
        """The removed ones too, to bring one back."""
        return type(self), self.action == "recover"

    def rows(self) -> Any:
        """Return what is there; the list also finds what was removed, if asked for it."""
        rows = super().rows()
        return rows if self.action in {"list", "recover"} else rows.present()

    def lock(self, row: Any) -> None:
        """Lock for a move both organizations, in the order in which it does itself."""
        if self.action == "move_project":
            moves.hold_both(row, self.data(MoveProjectInput)["customer"])
        super().lock(row)

    create = creating(
        ProjectInput,
        projects.create,
        "Create {one}.\n\n"
        "In an organization (customer). Without a slug one is made of the name. Whether the "
        "caller may set an end date depends on what their role lets them end.",
    )

    @updates(ProjectInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a project.

        The organization stays. Fields that only staff may change are ignored from others.
        """
        project, changes = self.row(), self.data(ProjectInput)
        projects.update(project, actor=request.user, now=self.now, wanted=changes)
        return self.reply(project)

    destroy = deleting(
        projects.remove,
        "Remove a project.\n\n"
        "Answers 400 while it holds allocations that are not terminated. The roles in it "
        "end; the project stays on record and is found with `is_removed`.",
    )

    @listing(BasicUserOutput, filterset=ColleagueFilter, order=("first_name", "last_name"))
    def other_users(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the people of a project's organization who are not in the project.

        Whoever has a role in the organization or in another project of it, as far as you see them:
        they can be added to the project.
        """
        project = self.row()
        of_customer = Grant.objects.in_force().filter(customer=project.customer)
        here = Grant.objects.in_force().on(project.scope_type, project.pk)
        seen = User.objects.visible_to(request.user).filter(is_active=True)
        return self.page(
            seen.filter(pk__in=of_customer.values("user")).exclude(pk__in=here.values("user"))
        )

    @command(HandOverInput, UserRoleDetailsOutput)
    def hand_over(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Hand {one} over to another principal investigator (PI).

        The person is the only one with the role `PROJECT.MANAGER` from then on. Those who had it
        lose it in the same moment, and have `former_role` instead, for as long as theirs would have
        lasted, or nothing. Where a project has one PI at a time, this is how they change: another
        one cannot be added, and the only one not be taken away (409).
        """
        project, asked = self.row(), self.data(HandOverInput)
        return self.reply(hand_over.hand_over(project, **asked, actor=request.user, now=self.now))

    @command(MoveProjectInput, ProjectOutput)
    def move_project(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Move {one} to another organization.

        Its allocations, and the months that were accounted, go with it. With `preserve_permissions`
        its people keep their roles in it; otherwise all of these end, and open invitations to it
        are withdrawn. The roles of people in either organization stay what they are. Answers 409
        while an order of the project is not finished, and where an offering or a plan of its
        allocations is not open to the organization.
        """
        project, asked = self.row(), self.data(MoveProjectInput)
        return self.reply(moves.move(project, **asked, actor=request.user, now=self.now))

    @command(ProjectRecoveryInput, ProjectOutput, input_optional=True)
    def recover(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Bring {one} back that was removed.

        Without allocations: those had ended. The roles that ended with it are given again with
        `restore_team_members`, or people are invited to them by mail with
        `send_invitations_to_previous_members`; who is gone meanwhile is left out. A project whose
        `end_date` is over needs a new one, or null.
        """
        project, asked = self.row(), self.data(ProjectRecoveryInput)
        return self.reply(recovery.recover(project, **asked, actor=request.user, now=self.now))

    @command()
    def sync_user_roles(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell the sites again who is in a project.

        Accounts of its people are brought in line with their roles, and each site that serves it is
        sent a message for each of them. Answers at once.
        """
        projects.ask_to_sync(self.row(), actor=request.user, now=self.now)
        return self.answer()
