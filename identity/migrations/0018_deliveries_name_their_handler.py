from django.db import migrations, models


class Migration(migrations.Migration):
    """Call what acts on an event a handler: a subscriber is an agent's, at the message bus."""

    dependencies = [("identity", "0017_addresses_in_ascii")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # By name, so that the index of a long log is not built anew.
                migrations.RunSQL(
                    "ALTER TABLE identity_eventdelivery RENAME CONSTRAINT"
                    " an_event_once_a_subscriber TO an_event_once_a_handler",
                    "ALTER TABLE identity_eventdelivery RENAME CONSTRAINT"
                    " an_event_once_a_handler TO an_event_once_a_subscriber",
                ),
                migrations.RunSQL(
                    "ALTER TABLE identity_eventdelivery RENAME COLUMN subscriber TO handler",
                    "ALTER TABLE identity_eventdelivery RENAME COLUMN handler TO subscriber",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint("eventdelivery", "an_event_once_a_subscriber"),
                migrations.RenameField("eventdelivery", "subscriber", "handler"),
                migrations.AddConstraint(
                    "eventdelivery",
                    models.UniqueConstraint(
                        fields=["event", "handler"], name="an_event_once_a_handler"
                    ),
                ),
            ],
        )
    ]
