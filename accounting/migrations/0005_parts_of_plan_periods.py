"""Room for the parts of a month that fell into times under plans, and for rows that are merged."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounting", "0004_desired_state"),
        ("marketplace", "0002_offering_partitions"),
    ]

    operations = [
        migrations.AddField(
            model_name="componentusage",
            name="former_rows",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.CreateModel(
            name="PlanPeriodUsage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("usage", models.DecimalField(decimal_places=2, max_digits=20)),
                (
                    "component_usage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plan_parts",
                        to="accounting.componentusage",
                    ),
                ),
                (
                    "plan_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usages",
                        to="marketplace.resourceplanperiod",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("component_usage", "plan_period"), name="one_part_a_plan_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("usage__gte", 0)),
                        name="plan_period_usage_not_negative",
                    ),
                ],
            },
        ),
    ]
