from typing import Any

from django.db import migrations

from common.mailboxes import canonical

MODELS = ("User", "Customer", "Hook", "EmailConfirmation")
BEYOND_ASCII = "[^ -~]"


def spell_in_ascii(apps: Any, schema_editor: Any) -> None:
    """Write the domains of addresses as the name service knows them."""
    for name in MODELS:
        rows = apps.get_model("identity", name).objects.filter(email__regex=BEYOND_ASCII)
        for row in rows.only("email").iterator():
            row.email = canonical(row.email)
            row.save(update_fields=["email"])


class Migration(migrations.Migration):
    """One mailbox has one spelling; the former ones are not known any more, and mean the same."""

    dependencies = [("identity", "0016_hooks_to_ones_own_address")]

    operations = [migrations.RunPython(spell_in_ascii, migrations.RunPython.noop)]
