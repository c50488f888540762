"""Write down by what offerings and allocations are sorted when people look for their names."""

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
            field=sort_key("name"),
        ),
        migrations.AddField(
            model_name="resource",
            name="name_key",
            field=sort_key("name"),
        ),
        migrations.AddIndex(
            model_name="offering",
            index=models.Index(fields=["name_key", "id"], name="offering_by_name"),
        ),
    ]
