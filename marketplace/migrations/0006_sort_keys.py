"""Write down by what offerings and allocations are sorted when people look for their names."""

import common.sorting
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0014_sort_keys"),
        ("marketplace", "0005_backend_ids_in_any_case"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="offering",
            name="offering_by_name",
        ),
        migrations.AddField(
            model_name="offering",
            name="name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddIndex(
            model_name="offering",
            index=models.Index(fields=["name_key", "id"], name="offering_by_name"),
        ),
    ]
