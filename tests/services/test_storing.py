"""What the database refuses is said of a column, in words, or by the error that names it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from common import locks, storing
from common.errors import Conflict, DomainError, Invalid
from identity.models import ScienceDomain, SshKey
from marketplace.models import OfferingPartition
from tests.factories.identity import ScienceDomainFactory, SshKeyFactory
from tests.factories.marketplace import OfferingPartitionFactory

pytestmark = pytest.mark.django_db


def refused(model, called="", **columns):
    with pytest.raises(Invalid) as refusal, storing.in_words(model, called):
        model(**columns).save(force_insert=True)
    return type(refusal.value), refusal.value.code, refusal.value.detail


def test_a_column_that_is_unique_by_itself_is_named():
    ScienceDomainFactory(name="Alchemy")
    for called, words in (("", "A science domain"), ("art", "An art")):
        assert refused(ScienceDomain, called, name="Alchemy") == (
            storing.NotUnique,
            "not_unique",
            {"name": [f"{words} with this name exists."]},
        )


def test_of_columns_that_are_unique_together_the_last_is_named():
    partition = OfferingPartitionFactory(partition_name="gpu")
    assert refused(OfferingPartition, offering=partition.offering, partition_name="gpu")[2] == {
        "partition_name": ["An offering partition with this partition name exists."]
    }


def test_a_check_says_what_it_says_of_its_first_column():
    offering = OfferingPartitionFactory().offering
    nodes = {"min_nodes": 3, "max_nodes": 2}
    assert refused(OfferingPartition, offering=offering, partition_name="a", **nodes) == (
        storing.Contradictory,
        "contradictory",
        {"min_nodes": ["Must not be greater than max_nodes."]},
    )


def test_what_another_table_refuses_is_a_fault_of_ours():
    key = SshKeyFactory()
    same = {"fingerprint_sha256": key.fingerprint_sha256, "fingerprint_md5": key.fingerprint_md5}
    with pytest.raises(IntegrityError), storing.in_words(ScienceDomain):
        SshKeyFactory(user=key.user, **same, fingerprint_sha512=key.fingerprint_sha512)


def test_an_empty_column_is_a_fault_of_ours():
    with pytest.raises(IntegrityError), storing.in_words(SshKey):
        SshKeyFactory(user=None)


def test_an_error_belongs_to_the_constraint_that_it_is_given_for():
    partition = OfferingPartitionFactory(min_nodes=2)
    mine, other = Invalid("Too few."), Invalid("Twice.")
    with (
        pytest.raises(DomainError) as refusal,
        storing.refusing(partition_nodes=mine, a_partition_once_per_offering=other),
    ):
        OfferingPartition.objects.update(max_nodes=1)
    assert refusal.value is mine
    with pytest.raises(IntegrityError), storing.refusing(a_partition_once_per_offering=other):
        OfferingPartition.objects.update(max_nodes=1)
    partition.refresh_from_db()  # the transaction goes on
    assert partition.max_nodes is None


def test_a_column_that_is_unique_by_itself_stands_for_its_constraint():
    known = ScienceDomainFactory()
    taken, other = Invalid("Taken."), Invalid("Other.")
    with pytest.raises(DomainError) as refusal, storing.refusing(name=taken, code=other):
        ScienceDomainFactory(name=known.name)
    assert refusal.value is taken
    with pytest.raises(IntegrityError), storing.refusing(code=other):
        ScienceDomainFactory(name=known.name)


def test_a_row_is_locked_as_it_is_now_or_is_gone():
    partition = OfferingPartitionFactory(qos="old")
    OfferingPartition.objects.update(qos="new")
    gone = Conflict("It was removed.")

    held = locks.locked(partition, gone, related=("offering",))
    assert (held.qos, held.offering) == ("new", partition.offering)
    OfferingPartition.objects.all().delete()
    with pytest.raises(Conflict) as refusal:
        locks.locked(partition, gone, no_key=True)
    assert refusal.value is gone
