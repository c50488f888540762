from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0035_tokens_have_scopes"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="technical_contact",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AlterField(
            model_name="customer",
            name="access_subnets",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Networks (CIDR), separated by commas: the programs of an allocator may call from these only.",
            ),
        ),
    ]
