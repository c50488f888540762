"""Tell versions of an offering's terms apart that have one name.

The newest keeps it, and with it the consents, which name a version; so it was read until now. The
names stay when this is undone: that nothing else can have them does no harm.
"""

from django.db import migrations

LONGEST = 50


def tell_apart(apps, schema_editor):
    """Give the older ones of each name their key as well."""
    terms = apps.get_model("marketplace", "TermsOfService").objects
    seen = set()
    for row in terms.order_by("-is_active", "-pk").only("offering_id", "version").iterator():
        if (row.offering_id, row.version) in seen:
            mark = f"~{row.pk}"
            terms.filter(pk=row.pk).update(version=row.version[: LONGEST - len(mark)] + mark)
        seen.add((row.offering_id, row.version))


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0009_terms_have_days_of_grace")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
