"""Keep every slug that was ever given, so that none is given a second time."""

from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION keep_used_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO identity_usedslug (kind, slug, owner)
  VALUES (TG_ARGV[0], lower(NEW.slug), NEW.uuid) ON CONFLICT (kind, slug) DO NOTHING;
  IF NOT FOUND AND NOT EXISTS (
    SELECT FROM identity_usedslug
    WHERE kind = TG_ARGV[0] AND slug = lower(NEW.slug) AND owner = NEW.uuid
  ) THEN
    RAISE unique_violation USING
      MESSAGE = format('the %s slug %L was given to another row', TG_ARGV[0], NEW.slug),
      CONSTRAINT = 'used_slug_once', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""

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
    dependencies = [("identity", "0012_removed_customers")]

    operations = [
        migrations.CreateModel(
            name="UsedSlug",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("slug", models.CharField(db_collation="C", max_length=80)),
                ("owner", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "slug"), name="used_slug_once")
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION keep_used_slug()"),
        keep_used("customer", "identity_customer"),
        keep_used("project", "identity_project"),
        keep_used("user", "identity_user"),
    ]
