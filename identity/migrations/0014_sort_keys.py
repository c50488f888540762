"""Write down by what people, organisations and projects are sorted when people look for their names."""

import common.sorting
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0013_used_slugs"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_by_name",
        ),
        migrations.RemoveIndex(
            model_name="project",
            name="project_by_name",
        ),
        migrations.AddField(
            model_name="customer",
            name="name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="first_name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("first_name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="last_name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("last_name")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=common.sorting.SortKey(models.F("username")),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["name_key", "id"], name="customer_by_name"),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                condition=models.Q(("is_removed", False)),
                fields=["name_key", "id"],
                name="project_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["username_key", "id"], name="user_by_username"),
        ),
    ]
