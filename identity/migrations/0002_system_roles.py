"""Create the system roles, under the same UUIDs in every installation."""

from uuid import NAMESPACE_URL, uuid5

from django.db import migrations

ROLES = (
    ("CUSTOMER.OWNER", "customer", "Organization owner"),
    ("CUSTOMER.MANAGER", "customer", "Service manager of the organization's offerings"),
    ("CUSTOMER.SUPPORT", "customer", "Organization support"),
    ("CUSTOMER.READER", "customer", "Organization reader"),
    ("PROJECT.MANAGER", "project", "Project manager (PI)"),
    ("PROJECT.ADMIN", "project", "Project administrator"),
    ("PROJECT.MEMBER", "project", "Project member"),
    ("OFFERING.MANAGER", "offering", "Offering manager"),
)


def create_roles(apps, schema_editor):
    Role = apps.get_model("identity", "Role")
    for name, content_type, description in ROLES:
        Role.objects.update_or_create(
            name=name,
            defaults={
                "uuid": uuid5(NAMESPACE_URL, f"urn:efp:role:{name}"),
                "content_type": content_type,
                "description": description,
                "is_system_role": True,
            },
        )


def delete_roles(apps, schema_editor):
    """Remove them again; refused by the database when somebody holds one."""
    Role = apps.get_model("identity", "Role")
    Role.objects.filter(name__in=[name for name, _, _ in ROLES]).delete()


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [migrations.RunPython(create_roles, delete_roles)]
