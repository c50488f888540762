import django.contrib.postgres.fields
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0028_people_log_in_by_their_institutions"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="permissions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="role",
            name="translations",
            field=models.JSONField(
                blank=True, default=dict, help_text="The description by language."
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_system_role", False), ("permissions", []), _connector="OR"),
                name="system_roles_are_written_in_the_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="role_name_in_any_case"
            ),
        ),
    ]
