from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0037_people_have_a_second_factor"),
        ("marketplace", "0011_a_version_of_terms_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfferingRole",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("identity.grant",),
        ),
    ]
