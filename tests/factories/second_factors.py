from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from common.sealing import seal
from identity.models import SecondFactor
from identity.second_factor import digest_of
from tests.factories.identity import UserFactory

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RECOVERY = "AAAA-BBBB-CCCC-DDDD"


class SecondFactorFactory(DjangoModelFactory[SecondFactor]):
    """A person has an authenticator with `SECRET`, and one recovery code, `RECOVERY`."""

    class Meta:
        model = SecondFactor

    user = factory.SubFactory(UserFactory)
    sealed_secret = factory.LazyFunction(lambda: seal(SECRET))
    last_step = 0
    last_used = factory.LazyFunction(timezone.now)
    recovery_digests = [digest_of(RECOVERY)]
