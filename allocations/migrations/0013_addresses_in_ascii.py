import re
from typing import Any

from django.db import migrations

MODELS = ("CourseAccount", "CustomerServiceAccount", "ProjectServiceAccount")
BEYOND_ASCII = "[^ -~]"

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+)*")


def canonical(address: str) -> str:
    """Return an address as it is kept; what has no such form stays as it is."""
    local, at, domain = address.rpartition("@")
    try:
        plain_domain = domain if domain.isascii() else domain.encode("idna").decode().lower()
    except UnicodeError:
        return address
    return f"{_unquoted(local)}{at}{plain_domain}"


def _unquoted(local: str) -> str:
    quoted = _QUOTED.fullmatch(local)
    plain = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else local
    return plain if _PLAIN.fullmatch(plain) else local


def spell_in_ascii(apps: Any, schema_editor: Any) -> None:
    """Write the domains of addresses as the name service knows them."""
    for name in MODELS:
        rows = apps.get_model("allocations", name).objects.filter(email__regex=BEYOND_ASCII)
        for row in rows.only("email").iterator():
            row.email = canonical(row.email)
            row.save(update_fields=["email"])


class Migration(migrations.Migration):
    """One mailbox has one spelling; the former ones are not known any more, and mean the same."""

    dependencies = [("allocations", "0012_accounts_that_staff_granted")]

    operations = [migrations.RunPython(spell_in_ascii, migrations.RunPython.noop)]
