"""What people do to be told of events."""

from waldur_api_client.api.hooks_email import hooks_email_create
from waldur_api_client.api.hooks_web import hooks_web_create, hooks_web_partial_update
from waldur_api_client.models import (
    EmailHookRequest,
    EventGroupsEnum,
    EventTypesEnum,
    PatchedWebHookRequest,
    WebHookContentTypeEnum,
    WebHookRequest,
)

from tests.contract.cast import Cast


def make_hooks(cast: Cast) -> None:
    """The allocator wants to be told by HTTP and by mail, and changes how."""
    told = [EventTypesEnum.MARKETPLACE_ORDER_COMPLETED]
    groups = [EventGroupsEnum.RESOURCES]
    web = hooks_web_create.sync(
        client=cast.allocator,
        body=WebHookRequest(
            destination_url="https://hooks.example.org/",
            event_types=told,
            event_groups=groups,
            content_type=WebHookContentTypeEnum.FORM,
        ),
    )
    changed = hooks_web_partial_update.sync(
        web.uuid,
        client=cast.allocator,
        body=PatchedWebHookRequest(content_type=WebHookContentTypeEnum.JSON),
    )
    assert (changed.event_types, changed.event_groups) == (told, groups)
    hooks_email_create.sync(
        client=cast.allocator, body=EmailHookRequest(email="alice@example.org", event_types=told)
    )
