import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0025_task_that_works_provisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                (
                    "scope_type",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("project", "project"),
                            ("offering", "offering"),
                        ],
                        max_length=30,
                    ),
                ),
                ("scope_id", models.BigIntegerField()),
                ("scope_uuid", models.UUIDField()),
                ("scope_name", models.CharField(max_length=500)),
                ("email", models.EmailField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "requested"),
                            ("project", "project"),
                            ("pending", "pending"),
                            ("accepted", "accepted"),
                            ("rejected", "rejected"),
                            ("canceled", "canceled"),
                            ("expired", "expired"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("expires", models.DateTimeField()),
                ("full_name", models.CharField(blank=True, default="", max_length=100)),
                ("native_name", models.CharField(blank=True, default="", max_length=100)),
                ("phone_number", models.CharField(blank=True, default="", max_length=255)),
                ("organization", models.CharField(blank=True, default="", max_length=255)),
                ("job_title", models.CharField(blank=True, default="", max_length=120)),
                ("civil_number", models.CharField(blank=True, default="", max_length=50)),
                (
                    "extra_invitation_text",
                    models.CharField(blank=True, default="", max_length=2000),
                ),
                ("digest", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "approval_digest",
                    models.CharField(editable=False, max_length=64, null=True, unique=True),
                ),
                (
                    "execution_state",
                    models.CharField(
                        choices=[
                            ("Scheduled", "Scheduled"),
                            ("Processing", "Processing"),
                            ("OK", "OK"),
                            ("Erred", "Erred"),
                        ],
                        default="Scheduled",
                        max_length=10,
                    ),
                ),
                ("error_message", models.TextField(blank=True, default="")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.customer",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.project",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.role",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "state"], name="invitation_by_customer"),
                    models.Index(
                        django.db.models.functions.text.Lower("email"), name="invitation_by_address"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["pending", "requested"])),
                        fields=["expires"],
                        name="invitation_expiry",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "project",
                                    "pending",
                                    "accepted",
                                    "rejected",
                                    "canceled",
                                    "expired",
                                ],
                            )
                        ),
                        name="invitation_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("execution_state__in", ["Scheduled", "Processing", "OK", "Erred"])
                        ),
                        name="invitation_mailing_state",
                    ),
                    models.UniqueConstraint(
                        models.F("scope_type"),
                        models.F("scope_id"),
                        models.F("role"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("state__in", ["pending", "project", "requested"])),
                        name="an_address_is_invited_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("created", models.DateTimeField(editable=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created"], name="invitation_mail_age"),
                    models.Index(fields=["asked_by", "created"], name="invitation_mail_by_person"),
                ],
            },
        ),
    ]
