import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0019_accounts_wait_for_vetting"),
        ("marketplace", "0011_a_version_of_terms_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RobotAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "created",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("modified", models.DateTimeField(auto_now=True, db_index=True)),
                ("type", models.CharField(help_text="What it is for, in a word.", max_length=50)),
                ("username", models.CharField(blank=True, default="", max_length=32)),
                ("description", models.TextField(blank=True, default="")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("backend_id", models.CharField(blank=True, default="", max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("Requested", "Requested"),
                            ("Creating", "Creating"),
                            ("OK", "OK"),
                            ("Requested deletion", "Requested deletion"),
                            ("Deleted", "Deleted"),
                            ("Error", "Error"),
                        ],
                        default="Requested",
                        max_length=20,
                    ),
                ),
                ("error_message", models.TextField(blank=True, default="")),
                ("error_traceback", models.TextField(blank=True, default="")),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="robot_accounts",
                        to="marketplace.resource",
                    ),
                ),
                (
                    "responsible_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "users",
                    models.ManyToManyField(
                        blank=True, related_name="robot_accounts", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "Requested",
                                    "Creating",
                                    "OK",
                                    "Requested deletion",
                                    "Deleted",
                                    "Error",
                                ],
                            )
                        ),
                        name="robot_account_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("username", ""), _negated=True),
                            models.Q(("state", "Deleted"), _negated=True),
                        ),
                        fields=("resource", "username"),
                        name="a_robots_name_once_per_resource",
                    ),
                ],
            },
        ),
    ]
