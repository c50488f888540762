"""Moves of a provision that its table does not have: refused before the database is asked."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from allocations.lifecycle import PROVISION, ProvisionState
from allocations.models import Provision
from allocations.services import provisioning
from common.machine import IllegalTransition

if TYPE_CHECKING:
    from tests.cases import Case

MOVES = set(product(PROVISION._actions, ProvisionState, ProvisionState))


def test_a_provision_moves_along_the_table_only(case: Case) -> None:
    now = timezone.now()
    refused = sorted(MOVES - set(PROVISION.edges()))
    assert len(refused) + len(list(PROVISION.edges())) == len(MOVES)
    for action, source, target in refused:
        with case(action=action, source=source, to=target):
            with pytest.raises(IllegalTransition) as refusal:
                provisioning._advance(Provision(state=source), action, target, actor=None, now=now)
            assert "Valid states for operation" in str(refusal.value)
