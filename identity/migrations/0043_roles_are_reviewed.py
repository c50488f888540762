import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0042_who_saw_whose_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="PermissionReview",
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
                ("closed", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permission_reviews",
                        to="identity.customer",
                        verbose_name="organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permission_reviews",
                        to="identity.project",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer__isnull", True), ("project__isnull", False)),
                            models.Q(("customer__isnull", False), ("project__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_review_is_of_one_scope",
                        violation_error_message="A review is of an organization or of a project.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed__isnull", True), ("reviewer__isnull", True)),
                            models.Q(("closed__isnull", False), ("reviewer__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_closed_review_has_a_reviewer",
                        violation_error_message="Who closed a review is its reviewer.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed__isnull", True)),
                        fields=("customer",),
                        name="one_open_review_a_customer",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed__isnull", True)),
                        fields=("project",),
                        name="one_open_review_a_project",
                    ),
                ],
            },
        ),
    ]
