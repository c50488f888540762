"""Find allocations by what their sites call them, in whatever case."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0004_used_slugs")]

    operations = [
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(
                django.db.models.functions.text.Upper("backend_id"),
                name="resource_backend_id_any_case",
            ),
        ),
    ]
