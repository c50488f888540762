"""Let each name be an account's, and be reported, once at an offering in whatever case."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allocations", "0010_names_that_differ_in_case")]

    operations = [
        migrations.RemoveConstraint(
            model_name="backendresource",
            name="a_backend_id_waits_once",
        ),
        migrations.AddConstraint(
            model_name="backendresource",
            constraint=models.UniqueConstraint(
                models.F("offering"),
                django.db.models.functions.text.Upper("backend_id"),
                name="a_backend_id_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringuser",
            constraint=models.UniqueConstraint(
                models.F("offering"),
                django.db.models.functions.text.Lower("username"),
                condition=models.Q(
                    models.Q(("username", ""), _negated=True),
                    models.Q(("state", "Deleted"), _negated=True),
                    ("keeps_old_name", False),
                ),
                name="a_username_once_in_any_case",
            ),
        ),
    ]
