import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Hooks and what was sent to them, whose tables `identity` has handed over."""

    initial = True

    dependencies = [
        ("identity", "0024_hooks_leave"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Hook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "hook_type",
                            models.CharField(
                                choices=[("webhook", "webhook"), ("email", "email")],
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("event_types", models.JSONField(blank=True, default=list)),
                        ("event_kinds", models.JSONField(blank=True, default=list)),
                        ("event_groups", models.JSONField(blank=True, default=list)),
                        ("scopes", models.JSONField(blank=True, default=list)),
                        ("is_active", models.BooleanField(default=True)),
                        ("active_since", models.DateTimeField(editable=False)),
                        (
                            "last_published",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "destination_url",
                            models.CharField(blank=True, default="", max_length=2000),
                        ),
                        (
                            "content_type",
                            models.CharField(
                                choices=[("json", "json"), ("form", "form")],
                                default="json",
                                max_length=10,
                            ),
                        ),
                        ("sealed_secret", models.TextField(blank=True, default="")),
                        ("sealed_previous", models.TextField(blank=True, default="")),
                        (
                            "previous_until",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        ("email", models.EmailField(blank=True, default="", max_length=320)),
                        (
                            "email_confirmed_at",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        ("failures", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "failing_since",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "paused_until",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "last_tried_at",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "claimed_until",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hooks",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="hooks",
                                to="identity.customer",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="EmailHook",
                    fields=[],
                    options={
                        "verbose_name": "mail hook",
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("notifications.hook",),
                ),
                migrations.CreateModel(
                    name="WebHook",
                    fields=[],
                    options={
                        "verbose_name": "webhook",
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("notifications.hook",),
                ),
                migrations.CreateModel(
                    name="HookDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("sequence", models.BigIntegerField()),
                        ("subject_uuid", models.UUIDField()),
                        ("planned_at", models.DateTimeField(db_index=True)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("next_attempt_at", models.DateTimeField()),
                        ("claimed_until", models.DateTimeField(blank=True, null=True)),
                        ("delivered_at", models.DateTimeField(blank=True, null=True)),
                        ("dead", models.BooleanField(default=False)),
                        ("last_error", models.TextField(blank=True, default="")),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="identity.event",
                            ),
                        ),
                        (
                            "hook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="notifications.hook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "hook deliveries",
                    },
                ),
                migrations.CreateModel(
                    name="HookAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("started", models.DateTimeField()),
                        ("latency_ms", models.PositiveIntegerField()),
                        ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("error", models.TextField(blank=True, default="")),
                        ("answer", models.TextField(blank=True, default="")),
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tries",
                                to="notifications.hookdelivery",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="HookPosition",
                    fields=[
                        (
                            "id",
                            models.PositiveSmallIntegerField(
                                default=1, primary_key=True, serialize=False
                            ),
                        ),
                        ("sequence", models.BigIntegerField()),
                        ("planned_at", models.DateTimeField()),
                        ("sending_until", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("id", 1)), name="one_hook_position"
                            )
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="hook",
                    index=models.Index(
                        condition=models.Q(("is_active", True)),
                        fields=["last_tried_at", "id"],
                        name="hook_least_recently_tried",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="hook",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("hook_type__in", ["webhook", "email"])),
                        name="hook_type_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="hook",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("content_type__in", ["json", "form"])),
                        name="hook_content_type_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="hook",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("email", ""),
                                ("hook_type", "webhook"),
                                models.Q(("destination_url", ""), _negated=True),
                                models.Q(("sealed_secret", ""), _negated=True),
                            ),
                            models.Q(
                                ("destination_url", ""),
                                ("hook_type", "email"),
                                ("sealed_secret", ""),
                                models.Q(("email", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_hook_leads_somewhere",
                    ),
                ),
                migrations.AddIndex(
                    model_name="hookdelivery",
                    index=models.Index(
                        condition=models.Q(("dead", False), ("delivered_at__isnull", True)),
                        fields=["hook", "next_attempt_at", "sequence"],
                        name="hook_delivery_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="hookdelivery",
                    index=models.Index(
                        condition=models.Q(("dead", False), ("delivered_at__isnull", True)),
                        fields=["hook", "subject_uuid", "sequence"],
                        name="hook_delivery_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="hookdelivery",
                    index=models.Index(fields=["hook", "-sequence"], name="hook_delivery_latest"),
                ),
                migrations.AddConstraint(
                    model_name="hookdelivery",
                    constraint=models.UniqueConstraint(
                        fields=("hook", "event"), name="an_event_once_a_hook"
                    ),
                ),
            ],
        ),
    ]
