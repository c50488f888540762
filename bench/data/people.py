"""People: those whose tokens are printed, and those who fill the projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from bench.data.rows import put, uuid_of
from bench.data.sizes import OWNERS_WITH_TOKENS, PROVIDERS
from identity.models import SshKey, User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bench.data.sizes import Sizes

NO_PASSWORD = "!seed_load"  # noqa: S105 - what Django keeps of a password that nobody has
COUNTRIES = ("FI", "SE", "DE", "FR", "IT", "ES", "CZ", "SI")
KEY_EVERY = 3


@dataclass(frozen=True)
class People:
    """Everybody in the data set."""

    staff: User
    owners: Sequence[User]
    providers: Sequence[User]
    member: User
    researchers: Sequence[User]

    def owner_of(self, customer: int) -> User:
        """Return the owner of an organisation: one with a token, or one of the researchers."""
        if customer < len(self.owners):
            return self.owners[customer]
        return self.researchers[customer % len(self.researchers)]

    def in_project(self, project: int) -> tuple[User, User, User]:
        """Return who leads a project, who administers it and who works in it."""
        everybody = self.researchers
        return (
            everybody[project % len(everybody)],
            everybody[(project * 7 + 1) % len(everybody)],
            everybody[(project * 13 + 2) % len(everybody)],
        )


def seed(sizes: Sizes, now: datetime) -> People:
    """Store the people and their keys."""
    people = People(
        staff=named("load-staff", 0, now, is_staff=True),
        owners=[named(f"load-owner-{n}", 1 + n, now) for n in range(OWNERS_WITH_TOKENS)],
        providers=[named(f"load-provider-{n}", 101 + n, now) for n in range(PROVIDERS)],
        member=named("load-member", 201, now),
        researchers=[researcher(n, now) for n in range(sizes.people)],
    )
    put([people.staff, *people.owners, *people.providers, people.member, *people.researchers])
    put([key_of(user, n, now) for n, user in enumerate(people.researchers[::KEY_EVERY])])
    return people


def named(username: str, number: int, now: datetime, *, is_staff: bool = False) -> User:
    """Return somebody whose token is printed."""
    uuid = uuid_of("named", number)
    return User(
        uuid=uuid,
        slug=uuid.hex,
        username=username,
        email=f"{username}@example.org",
        first_name="Load",
        last_name=username.removeprefix("load-").title(),
        password=NO_PASSWORD,
        is_staff=is_staff,
        token_lifetime=None,
        date_joined=now,
    )


def researcher(number: int, now: datetime) -> User:
    """Return somebody who came through MyAccessID, with more or less of a profile."""
    uuid = uuid_of("user", number)
    country = COUNTRIES[number % len(COUNTRIES)]
    return User(
        uuid=uuid,
        slug=uuid.hex,
        username=f"{uuid.hex}@myaccessid.org",
        email=f"researcher-{number}@university-{number % 40}.example.org",
        first_name=f"Given{number}",
        last_name=f"Family{number % 700}",
        password=NO_PASSWORD,
        date_joined=now - timedelta(days=number % 900),
        agreement_date=None if number % 5 == 0 else now - timedelta(days=number % 300),
        civil_number=f"{country}-{number:09d}" if number % 10 == 0 else None,
        organization=f"University {number % 40}",
        organization_country=country,
        job_title="Researcher" if number % 2 else "",
        phone_number=f"+358 40 {number:07d}" if number % 3 else "",
        affiliations=["member@university.example.org", "faculty@university.example.org"],
        eduperson_assurance=["https://refeds.org/assurance/IAP/medium"] if number % 2 else [],
        identity_source="eduteams",
        registration_method="eduteams",
        uid_number=20_000 + number if number % 4 else None,
        primary_gid=20_000 + number if number % 4 else None,
    )


def key_of(user: User, number: int, now: datetime) -> SshKey:
    """Return a public key of a person; the digits are made up."""
    digits = sha256(f"key {number}".encode()).hexdigest()
    return SshKey(
        uuid=uuid_of("key", number),
        user=user,
        name=f"laptop-{number}",
        type="ssh-ed25519",
        public_key=f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{digits[:43]} {user.email}",
        fingerprint_md5=":".join(digits[i : i + 2] for i in range(0, 32, 2)),
        fingerprint_sha256=digits[:43],
        fingerprint_sha512=digits + digits[:22],
        created=now,
    )
