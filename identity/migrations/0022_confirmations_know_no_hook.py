from django.db import migrations, models


class Migration(migrations.Migration):
    """Hooks leave for an app above this one, so that no row of this one may refer to them.

    The column goes in the release that replaces it: it would refer to a table of that app.
    """

    dependencies = [("identity", "0021_hooks_are_subjects_of_confirmations")]

    operations = [
        migrations.RemoveField(model_name="emailconfirmation", name="hook"),
        migrations.AddConstraint(
            model_name="emailconfirmation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("subject_uuid__isnull", True)),
                fields=("user",),
                name="one_new_address_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="emailconfirmation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("subject_uuid__isnull", False)),
                fields=("subject_uuid",),
                name="one_new_address_a_subject",
            ),
        ),
    ]
