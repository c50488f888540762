"""The second factor of people who log in by a password; programs are not asked for one."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0036_organizations_have_a_technical_contact"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="is_machine",
            field=models.BooleanField(
                default=False,
                help_text="A portal or an agent: it is not asked for terms, a profile, vetting or a second factor.",
                verbose_name="account of a program",
            ),
        ),
        migrations.CreateModel(
            name="SecondFactor",
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
                ("sealed_secret", models.TextField(blank=True, default="")),
                ("last_step", models.PositiveBigIntegerField()),
                ("last_used", models.DateTimeField()),
                ("recovery_digests", models.JSONField(default=list)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_factor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
