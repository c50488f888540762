import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0034_organizations_have_an_origin"),
    ]

    operations = [
        migrations.CreateModel(
            name="TokenBinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
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
            ],
        ),
        migrations.AddField(
            model_name="token",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="token",
            name="last_used_from",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="token",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="prefix",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="token",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50), blank=True, null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="use_count",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="token",
            name="warned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="can_use_personal_access_tokens",
            field=models.BooleanField(
                default=True, help_text="Without it, those that the person has do not work."
            ),
        ),
        migrations.AddIndex(
            model_name="token",
            index=models.Index(
                condition=models.Q(("scopes__isnull", False)),
                fields=["expires_at"],
                name="personal_token_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expires_at__isnull", True), ("scopes__isnull", True)),
                    models.Q(("expires_at__isnull", False), ("scopes__isnull", False)),
                    _connector="OR",
                ),
                name="a_token_with_scopes_ends",
            ),
        ),
        migrations.AddField(
            model_name="tokenbinding",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="identity.customer",
            ),
        ),
        migrations.AddField(
            model_name="tokenbinding",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="identity.project",
            ),
        ),
        migrations.AddField(
            model_name="tokenbinding",
            name="token",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bindings",
                to="identity.token",
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenbinding",
            constraint=models.UniqueConstraint(
                fields=("token", "scope_type", "scope_id"), name="a_token_is_bound_once_to_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenbinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope_type__in", ["customer", "project", "offering"])),
                name="token_binding_scope_type",
            ),
        ),
    ]
