"""Terms of service of the platform, who accepted them, and accounts that are asked for nothing."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0026_people_are_invited"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_machine",
            field=models.BooleanField(
                default=False,
                help_text="A portal or an agent: it is not asked for terms, a profile or vetting.",
                verbose_name="account of a program",
            ),
        ),
        migrations.CreateModel(
            name="PlatformTerms",
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
                ("version", models.CharField(max_length=50, unique=True)),
                ("terms", models.TextField(blank=True, default="")),
                ("link", models.CharField(blank=True, default="", max_length=255)),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name_plural": "platform terms",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="one_current_platform_terms",
                        violation_error_message="Somebody else has just published terms.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("link", ""), ("terms", ""), _negated=True),
                        name="platform_terms_say_something",
                        violation_error_message="Give the text, or a link to it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlatformTermsAcceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accepted_at", models.DateTimeField()),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="identity.platformterms",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accepted_terms",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "terms"), name="terms_accepted_once")
                ],
            },
        ),
    ]
