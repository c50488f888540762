"""Keep every slug that was ever given, so that none is given a second time."""

from django.db import migrations, models

from common.slug_triggers import FUNCTION, keep_used


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
