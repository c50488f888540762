import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0016_kept_out_is_restricted"),
        ("marketplace", "0011_a_version_of_terms_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EntitledPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("next_attempt_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True, default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("dead", models.BooleanField(default=False)),
                ("cuid", models.CharField(max_length=255)),
                ("is_unknown", models.BooleanField(default=False)),
                ("rests_until", models.DateTimeField(blank=True, null=True)),
                ("attributes_read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitled_persons",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entitled people",
            },
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("value", models.CharField(max_length=700)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to be put", "to be put"),
                            ("put", "put"),
                            ("to be taken", "to be taken"),
                        ],
                        max_length=15,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entitlements",
                        to="allocations.entitledperson",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SiteAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("cuid", models.CharField(max_length=255)),
                ("since", models.DateTimeField()),
                ("ended", models.DateTimeField(blank=True, null=True)),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="marketplace.offering",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessComparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("next_attempt_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True, default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("begun", models.DateTimeField()),
                ("finished", models.DateTimeField(blank=True, null=True)),
                ("last_person", models.BigIntegerField(default=0)),
                ("compared", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("missing", models.PositiveIntegerField(default=0)),
                ("unexpected", models.PositiveIntegerField(default=0)),
                ("differences", models.JSONField(blank=True, default=list)),
                (
                    "asked_by",
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
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("finished__isnull", True)),
                        name="one_comparison_at_a_time",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entitledperson",
            index=models.Index(
                condition=models.Q(("dead", False), ("delivered_at__isnull", True)),
                fields=["next_attempt_at"],
                name="entitled_person_due",
            ),
        ),
        migrations.AddIndex(
            model_name="entitledperson",
            index=models.Index(
                condition=models.Q(("rests_until__isnull", False)),
                fields=["rests_until"],
                name="entitled_person_rests",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitledperson",
            constraint=models.UniqueConstraint(
                fields=("user", "cuid"), name="an_entitled_person_once"
            ),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(
                condition=models.Q(("state__in", ["to be put", "to be taken"])),
                fields=["since"],
                name="entitlement_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(
                fields=("person", "value"), name="an_entitlement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["to be put", "put", "to be taken"])),
                name="entitlement_state",
            ),
        ),
        migrations.AddIndex(
            model_name="siteaccess",
            index=models.Index(
                condition=models.Q(("ended__isnull", False)),
                fields=["offering", "ended"],
                name="site_access_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="siteaccess",
            constraint=models.UniqueConstraint(
                fields=("offering", "user", "cuid"), name="a_site_access_once"
            ),
        ),
    ]
