from django.db import migrations, models


class Migration(migrations.Migration):
    """What an address is confirmed for may belong to any app: its UUID names it.

    What was unique by hook is unique by that UUID once all rows have one.
    """

    dependencies = [("identity", "0019_handlers_have_names_that_stay")]

    operations = [
        migrations.RemoveConstraint(
            model_name="emailconfirmation", name="one_new_address_a_person"
        ),
        migrations.RemoveConstraint(model_name="emailconfirmation", name="one_new_address_a_hook"),
        migrations.AddField(
            model_name="emailconfirmation",
            name="subject_uuid",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
    ]
