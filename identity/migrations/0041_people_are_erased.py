import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0040_what_rows_are_at_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed", models.TextField(blank=True, default="")),
                ("begun", models.DateTimeField()),
                ("next_run_at", models.DateTimeField()),
                ("runs", models.PositiveIntegerField(default=0)),
                ("waits_for", models.CharField(blank=True, default="", max_length=255)),
                ("finished", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished__isnull", True)),
                        fields=["next_run_at"],
                        name="erasure_due",
                    )
                ],
            },
        ),
    ]
