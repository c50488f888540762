import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0041_people_are_erased"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                ("address", models.CharField(blank=True, default="", max_length=64)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), size=None
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("first", models.DateTimeField()),
                ("latest", models.DateTimeField()),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DataAccessLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "accessor_type",
                    models.CharField(
                        choices=[
                            ("staff", "staff"),
                            ("support", "support"),
                            ("organization_member", "organization_member"),
                            ("service_provider", "service_provider"),
                            ("self", "self"),
                        ],
                        max_length=30,
                    ),
                ),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                ("address", models.CharField(blank=True, default="", max_length=64)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), size=None
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("hour", models.DateTimeField()),
                ("first", models.DateTimeField(db_index=True)),
                ("latest", models.DateTimeField()),
                (
                    "accessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-first"], name="data_access_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "accessor", "accessor_type", "place", "address", "hour"),
                        name="a_data_access_once_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "accessor_type__in",
                                [
                                    "staff",
                                    "support",
                                    "organization_member",
                                    "service_provider",
                                    "self",
                                ],
                            )
                        ),
                        name="data_accessor_type",
                    ),
                ],
            },
        ),
    ]
