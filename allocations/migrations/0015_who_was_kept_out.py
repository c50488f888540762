"""Remember who was kept out: until now by nothing but the provider's word or that of staff.

Undone, nothing has to be done: `is_restricted` says it as it did.
"""

from django.db import migrations


def note(apps, schema_editor):
    """Note the word behind each restriction."""
    accounts = apps.get_model("allocations", "OfferingUser").objects
    accounts.filter(is_restricted=True).update(kept_out=True)


class Migration(migrations.Migration):
    dependencies = [("allocations", "0014_accounts_wait_for_consent")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
