"""What a site says of what it has, and how that is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.inputs import Input, RelatedUuid
from common.api.json_shapes import OBJECT, JsonField, or_null
from identity.models import Project
from marketplace.models import Offering, Plan, ProviderProject

if TYPE_CHECKING:
    from uuid import UUID


class KnownProject(RelatedUuid):
    """A project that the caller is in, or that has an allocation of what they help to provide."""

    def __init__(self, **kwargs: Any) -> None:
        """Expect a project's UUID."""
        super().__init__(Project, **kwargs)

    def found(self, uuid: UUID) -> Project:
        """Return the project, unless it was removed."""
        user = self.context["request"].user
        served = ProviderProject.objects.all().of(Offering.objects.provided_by(user))
        seen = Project.objects.visible_to(user) | Project.objects.filter(pk__in=served.values("pk"))
        project: Project = seen.present().get(uuid=uuid)
        return project


class BackendResourceInput(Input):
    """Something that a site has, and which project it is for."""

    backend_id = serializers.CharField(max_length=255, required=False, allow_blank=True)
    backend_metadata = JsonField(required=False)
    name = serializers.CharField(max_length=255)
    offering = RelatedUuid(Offering, visible="provided_by")
    project = KnownProject()


class ImportResourceInput(Input):
    """What the site has under which name, and whose allocation it becomes."""

    additional_details = JsonField(or_null(OBJECT), required=False, allow_null=True)
    backend_id = serializers.CharField(max_length=255)
    plan = RelatedUuid(Plan, required=False)
    project = KnownProject()


class BackendResourceImportInput(Input):
    """The plan of the allocation that is made."""

    plan = RelatedUuid(Plan, required=False)
