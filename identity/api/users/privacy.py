"""What others see of a person, and who was shown it, below the person's address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.actions import listing, reading
from identity.api.data_accesses import (
    OwnDataAccessLog,
    PersonAccessFilter,
    UserDataAccessLog,
)
from identity.models import DataAccessLog
from identity.services import data_exposure

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class _Person(serializers.Serializer[Any]):
    full_name = serializers.CharField()
    user_uuid = serializers.CharField()
    username = serializers.CharField()


class AdminUser(_Person):
    """Somebody who may read everybody."""

    access_type = serializers.ChoiceField(choices=["staff", "support", "staff_and_support"])


class AdministrativeAccess(serializers.Serializer[Any]):
    """Those who run the platform; who they are is told to each other."""

    description = serializers.CharField()
    staff_count = serializers.IntegerField(required=False)
    support_count = serializers.IntegerField(required=False)
    users = AdminUser(many=True, required=False)


class OrganizationalUser(_Person):
    """Somebody with a role in the same organization or project."""

    role = serializers.CharField(allow_null=True)


class OrganizationalAccess(serializers.Serializer[Any]):
    """An organization or a project whose people see each other."""

    scope_name = serializers.CharField()
    scope_type = serializers.CharField()
    scope_uuid = serializers.CharField()
    users = OrganizationalUser(many=True)


class Ground(serializers.Serializer[Any]):
    """By what a provider sees a person, and since when."""

    ground = serializers.ChoiceField(choices=["account", "consent", "role"])
    since = serializers.CharField()


class ServiceProviderAccess(serializers.Serializer[Any]):
    """What an offering's site and its people see of a person, and why."""

    consent_date = serializers.CharField(allow_null=True)
    consent_version = serializers.CharField(allow_null=True)
    exposed_fields = serializers.ListField(child=serializers.CharField())
    grounds = Ground(many=True)
    offering_name = serializers.CharField()
    offering_uuid = serializers.CharField()
    provider_name = serializers.CharField(allow_null=True)
    provider_team = OrganizationalUser(many=True, required=False)
    provider_uuid = serializers.CharField(allow_null=True)


class DataAccessSummary(serializers.Serializer[Any]):
    """How many see the person, by capacity."""

    total_administrative_access = serializers.IntegerField(allow_null=True)
    total_organizational_access = serializers.IntegerField()
    total_provider_access = serializers.IntegerField()


class UserDataAccess(serializers.Serializer[Any]):
    """Who may see what of a person at present."""

    administrative_access = AdministrativeAccess()
    organizational_access = OrganizationalAccess(many=True)
    service_provider_access = ServiceProviderAccess(many=True)
    summary = DataAccessSummary()


class Privacy:
    """Serves what others see of a person."""

    @reading(UserDataAccess)
    def data_access(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Get who may see what of {one}.

        Those who run the platform; the people of the same organizations and projects; and for each
        offering what its site and its team see (`exposed_fields`), by which `grounds`, since when.
        """
        user, caller = self.row(), request.user
        in_full = caller.is_staff or caller.is_support
        return self.answer(data_exposure.of(user, names_staff=in_full))

    @listing(UserDataAccessLog, filterset=PersonAccessFilter)
    def data_access_history(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """List who was shown what of {one}.

        The latest first; what was read within an hour at one place is one entry. The person reads
        in which capacity somebody acted, staff and support also who it was and from where. An
        entry is there within minutes of the reading.
        """
        user, caller = self.row(), request.user
        in_full = caller.is_staff or caller.is_support
        rows = DataAccessLog.objects.filter(user=user)
        output = UserDataAccessLog if in_full else OwnDataAccessLog
        return self.page(rows, output, PersonAccessFilter, ("-first",))
