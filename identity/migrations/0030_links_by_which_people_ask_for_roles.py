import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0029_roles_that_staff_make"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupInvitation",
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
                ("is_active", models.BooleanField(default=True)),
                ("is_public", models.BooleanField(default=False)),
                ("auto_approve", models.BooleanField(default=False)),
                ("auto_create_project", models.BooleanField(default=False)),
                ("allow_multiple_requests", models.BooleanField(default=False)),
                ("allow_custom_project_details", models.BooleanField(default=False)),
                ("project_name_template", models.CharField(blank=True, max_length=255, null=True)),
                ("user_affiliations", models.JSONField(blank=True, default=list)),
                ("user_email_patterns", models.JSONField(blank=True, default=list)),
                ("user_identity_sources", models.JSONField(blank=True, default=list)),
                ("custom_text", models.TextField(blank=True, default="")),
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
                    "project_role",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.role",
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
        ),
        migrations.CreateModel(
            name="PermissionRequest",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("pending", "pending"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("canceled", "canceled"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("review_comment", models.TextField(blank=True, null=True)),
                ("project_name", models.CharField(blank=True, default="", max_length=500)),
                ("project_description", models.TextField(blank=True, default="")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="identity.groupinvitation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="identity.project",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="groupinvitation",
            index=models.Index(
                fields=["customer", "is_active"], name="group_invitation_by_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="permissionrequest",
            index=models.Index(
                fields=["created_by", "created"], name="permission_request_by_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "pending", "approved", "rejected", "canceled"])
                ),
                name="permission_request_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("invitation", "created_by"),
                name="one_open_request_a_person",
            ),
        ),
    ]
