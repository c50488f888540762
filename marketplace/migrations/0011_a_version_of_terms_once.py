"""Have each version of an offering's terms once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0010_versions_of_terms_apart")]

    operations = [
        migrations.AddConstraint(
            model_name="termsofservice",
            constraint=models.UniqueConstraint(
                fields=("offering", "version"),
                name="terms_version_once",
                violation_error_message="The offering has terms of this version already.",
            ),
        ),
    ]
