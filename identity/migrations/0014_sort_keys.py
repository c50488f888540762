"""Write down by what people, organisations and projects are sorted when people look for their names."""

from django.db import migrations, models

KEY = (
    "btrim(CASE WHEN %(expressions)s ~ '^[ -~]*$' THEN lower(%(expressions)s) ELSE"
    " replace(replace(replace(replace(translate(lower(regexp_replace("
    "normalize(%(expressions)s, NFKD), '[\\u0300-\\u036f]', '', 'g')),"
    " 'łøđðħ\u0131ŧ', 'loddhit'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') END)"
)


def sort_key(column: str) -> models.GeneratedField:
    """Return the column with the key of another one, as this migration made it."""
    text = models.TextField(db_collation="C")
    key = models.Func(models.F(column), template=KEY, output_field=text)
    return models.GeneratedField(expression=key, output_field=text, db_persist=True)


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
            field=sort_key("name"),
        ),
        migrations.AddField(
            model_name="project",
            name="name_key",
            field=sort_key("name"),
        ),
        migrations.AddField(
            model_name="user",
            name="first_name_key",
            field=sort_key("first_name"),
        ),
        migrations.AddField(
            model_name="user",
            name="last_name_key",
            field=sort_key("last_name"),
        ),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=sort_key("username"),
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
