from django.db import migrations
from django.db.models import Case, F, Value, When

NAMES = {
    "accounting.tasks.follow_policy": "evaluate-policy",
    "accounting.tasks.follow_resource": "evaluate-resource",
    "accounting.tasks.follow_sent_settings": "note-sent-settings",
    "accounting.tasks.tell_owners": "mail-owners",
    "allocations.tasks.close_api_keys": "close-api-keys",
    "allocations.tasks.deliver": "provision-order",
    "allocations.tasks.follow_account": "reopen-account",
    "allocations.tasks.follow_created_resource": "accounts-of-new-resource",
    "allocations.tasks.follow_details": "account-names-of-user",
    "allocations.tasks.follow_grant": "accounts-of-grant",
    "allocations.tasks.follow_offering": "accounts-at-offering",
    "allocations.tasks.follow_provider": "accounts-at-provider",
    "allocations.tasks.follow_removed_customer": "close-accounts-of-customer",
    "allocations.tasks.follow_removed_project": "close-accounts-of-project",
    "allocations.tasks.follow_resource": "accounts-of-resource",
    "allocations.tasks.follow_user": "accounts-of-user",
    "allocations.tasks.tell_of_person": "attributes-of-user",
    "allocations.tasks.tell_subscribers": "agent-messages",
    "identity.tasks.mail_confirmation": "mail-confirmation",
}
"""Where a handler was in the code -> its name from now on."""


def _rename(apps, names):
    deliveries = apps.get_model("identity", "EventDelivery").objects.filter(handler__in=names)
    found = (When(handler=former, then=Value(name)) for former, name in names.items())
    deliveries.update(handler=Case(*found, default=F("handler")))


def name_by_what_stays(apps, schema_editor):
    _rename(apps, NAMES)


def name_by_place(apps, schema_editor):
    _rename(apps, {name: place for place, name in NAMES.items()})


class Migration(migrations.Migration):
    """Name handlers by what they do, not by where they are: what waits is handled after a move."""

    dependencies = [("identity", "0018_deliveries_name_their_handler")]

    operations = [migrations.RunPython(name_by_what_stays, name_by_place)]
