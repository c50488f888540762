from typing import Any

from django.db import migrations

from common.mailboxes import canonical

MODELS = ("CourseAccount", "CustomerServiceAccount", "ProjectServiceAccount")
BEYOND_ASCII = "[^ -~]"


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
