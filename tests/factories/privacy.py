"""What rows were, who was shown what of whom, and people who are being erased."""

from __future__ import annotations

from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from identity.models import DataAccessLog, DataReading, Erasure, RowVersion
from tests.factories.identity import UserFactory


class VersionFactory(DjangoModelFactory[RowVersion]):
    """What a person was."""

    class Meta:
        model = RowVersion

    subject_type = "user"
    subject_uuid = factory.LazyFunction(uuid4)
    created = factory.LazyFunction(timezone.now)
    data = factory.LazyFunction(lambda: {"job_title": "Doctor"})


class ErasureFactory(DjangoModelFactory[Erasure]):
    """What is to be erased of somebody who was removed."""

    class Meta:
        model = Erasure

    user = factory.SubFactory(UserFactory, is_removed=True, is_active=False)
    begun = factory.LazyFunction(timezone.now)
    next_run_at = factory.LazyFunction(timezone.now)


class DataReadingFactory(DjangoModelFactory[DataReading]):
    """An answer that showed somebody's address."""

    class Meta:
        model = DataReading

    digest = factory.Sequence(lambda n: f"{n:064x}")
    reader = factory.SubFactory(UserFactory)
    place = "User.retrieve"
    address = "192.0.2.1"
    people = factory.LazyFunction(lambda: [UserFactory().pk])
    columns = ("email",)
    first = factory.LazyFunction(timezone.now)
    latest = factory.LazyFunction(timezone.now)


class DataAccessLogFactory(DjangoModelFactory[DataAccessLog]):
    """That staff were shown somebody's address."""

    class Meta:
        model = DataAccessLog

    user = factory.SubFactory(UserFactory)
    accessor = factory.SubFactory(UserFactory, is_staff=True)
    accessor_type = "staff"
    place = "User.retrieve"
    address = "192.0.2.1"
    columns = ("email",)
    hour = factory.LazyFunction(timezone.now)
    first = factory.LazyFunction(timezone.now)
    latest = factory.LazyFunction(timezone.now)
