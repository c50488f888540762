"""Staff move a project, and bring it back, in the words of the published client."""

import pytest
from waldur_api_client.api.projects import (
    projects_destroy,
    projects_move_project,
    projects_recover,
)
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models import MoveProjectRequest, ProjectRecoveryRequest

from tests.contract import acts
from tests.contract.cast import Cast

pytestmark = pytest.mark.e2e


def test_a_project_is_moved_and_brought_back(cast: Cast) -> None:
    project = acts.create_project(cast, "On its way")
    there = MoveProjectRequest(
        customer=cast.url(f"/api/customers/{cast.provider_uuid.hex}/"), preserve_permissions=True
    )

    moved = projects_move_project.sync(project, client=cast.staff, body=there)
    assert moved.customer_uuid == cast.provider_uuid
    with pytest.raises(UnexpectedStatus, match="belongs to this organization already"):
        projects_move_project.sync(project, client=cast.staff, body=there)

    projects_destroy.sync_detailed(project, client=cast.hosting_entity)
    back = projects_recover.sync(
        project, client=cast.staff, body=ProjectRecoveryRequest(restore_team_members=True)
    )
    assert (back.uuid, back.is_removed) == (project, False)
