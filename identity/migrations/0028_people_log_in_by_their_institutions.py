import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0027_platform_has_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstitutionLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sid", models.CharField(blank=True, default="", max_length=255)),
                ("session_key", models.CharField(blank=True, default="", max_length=40)),
                ("acr", models.CharField(blank=True, default="", max_length=255)),
                ("created", models.DateTimeField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="LinkedIdentity",
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
                ("provider", models.CharField(blank=True, default="", max_length=50)),
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                ("cuid", models.CharField(blank=True, default="", max_length=255)),
                ("last_login", models.DateTimeField(blank=True, editable=False, null=True)),
                ("acr", models.CharField(blank=True, default="", max_length=255)),
                ("amr", models.JSONField(blank=True, default=list)),
                ("claims", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name_plural": "linked identities",
            },
        ),
        migrations.CreateModel(
            name="SpentLogoutToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("expires", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.db.models.functions.text.Upper("username"), name="user_username_any_case"
            ),
        ),
        migrations.AddField(
            model_name="institutionlogin",
            name="token",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="identity.token",
            ),
        ),
        migrations.AddField(
            model_name="linkedidentity",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="linked_identities",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="institutionlogin",
            name="identity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="logins",
                to="identity.linkedidentity",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedidentity",
            constraint=models.UniqueConstraint(
                fields=("issuer", "subject"), name="one_person_a_subject"
            ),
        ),
        migrations.AddIndex(
            model_name="institutionlogin",
            index=models.Index(fields=["created"], name="institution_login_age"),
        ),
    ]
