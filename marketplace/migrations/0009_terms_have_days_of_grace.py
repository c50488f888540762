"""Let consents to former terms hold for some days; for none under the terms that are there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0008_offerings_have_endpoints")]

    operations = [
        migrations.AddField(
            model_name="termsofservice",
            name="grace_period_days",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="termsofservice",
            name="grace_period_days",
            field=models.PositiveIntegerField(default=60),
        ),
        migrations.AddField(
            model_name="termsofservice",
            name="in_force_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="termsofservice",
            constraint=models.CheckConstraint(
                condition=models.Q(("grace_period_days__lte", 3650)),
                name="terms_grace_bounded",
                violation_error_message="At most 3650 days of grace.",
            ),
        ),
    ]
