import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Where addresses wait to be confirmed, and which hooks' are.

    The addresses that people have so far stay: which of them were confirmed cannot be told any
    more, and without them nobody could be told of anything.
    """

    dependencies = [("identity", "0014_sort_keys")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="requested_email",
            field=models.CharField(blank=True, default="", max_length=320),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.db.models.functions.text.Upper("email"), name="user_email_any_case"
            ),
        ),
        migrations.AddField(
            model_name="hook",
            name="email_confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.CreateModel(
            name="EmailConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=320)),
                ("created", models.DateTimeField(editable=False)),
                ("expires", models.DateTimeField(editable=False)),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "hook",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_confirmations",
                        to="identity.hook",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_confirmations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["created"], name="email_confirmation_age")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("hook__isnull", True)),
                        fields=("user",),
                        name="one_new_address_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("hook__isnull", False)),
                        fields=("hook",),
                        name="one_new_address_a_hook",
                    ),
                ],
            },
        ),
    ]
