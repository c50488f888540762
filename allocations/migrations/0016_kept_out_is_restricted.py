"""Have everybody restricted who is kept out for any reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allocations", "0015_who_was_kept_out")]

    operations = [
        migrations.AddConstraint(
            model_name="offeringuser",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_restricted", True),
                    models.Q(("kept_out", False), ("withheld_for", "")),
                    _connector="OR",
                ),
                name="kept_out_is_restricted",
            ),
        ),
    ]
