import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0038_bindings_outlive_what_they_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="RowVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=40)),
                ("subject_uuid", models.UUIDField()),
                ("created", models.DateTimeField(editable=False)),
                ("data", models.JSONField(default=dict)),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.event",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_uuid", "-id"], name="version_of_subject")
                ],
            },
        ),
    ]
