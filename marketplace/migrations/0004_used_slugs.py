"""Keep every slug that an offering or an allocation ever had."""

from django.db import migrations

TRIGGERS = """
INSERT INTO identity_usedslug (kind, slug, owner)
SELECT '{kind}', lower(slug), uuid FROM {table} ORDER BY id ON CONFLICT DO NOTHING;
CREATE TRIGGER used_slug_of_new BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION keep_used_slug('{kind}');
CREATE TRIGGER used_slug_of_changed BEFORE UPDATE OF slug ON {table}
  FOR EACH ROW WHEN (NEW.slug <> OLD.slug) EXECUTE FUNCTION keep_used_slug('{kind}')
"""

NO_TRIGGERS = """
DROP TRIGGER used_slug_of_new ON {table};
DROP TRIGGER used_slug_of_changed ON {table};
DELETE FROM identity_usedslug WHERE kind = '{kind}'
"""


def keep_used(kind: str, table: str) -> migrations.RunSQL:
    """Return the step after which the slugs of a table are never given again.

    Where two rows have slugs that differ in case alone, both keep theirs.
    """
    names = {"kind": kind, "table": table}
    return migrations.RunSQL(TRIGGERS.format(**names), NO_TRIGGERS.format(**names))


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0013_used_slugs"),
        ("marketplace", "0003_links_lead_where_they_may"),
    ]

    operations = [
        keep_used("offering", "marketplace_offering"),
        keep_used("resource", "marketplace_resource"),
    ]
