"""A Hosting Entity on the Python SDK: `pip install waldur-api-client`.

One round works off the offering's orders and reports this month's usage:

    EFP_URL=https://efp.example.org EFP_TOKEN=... EFP_OFFERING=<uuid> python site.py

What the cluster does is printed; put your own commands there. The SDK's functions are named after
the operations of the API (`docs/openapi.yaml`): `sync` asks once, `sync_all` reads every page, and
what is not a success raises `UnexpectedStatus` with the service's own words in it.
"""

import os
from decimal import Decimal
from uuid import UUID

from waldur_api_client.api.marketplace_component_usages import (
    marketplace_component_usages_set_usage,
)
from waldur_api_client.api.marketplace_orders import (
    marketplace_orders_approve_by_provider,
    marketplace_orders_list,
    marketplace_orders_set_state_done,
    marketplace_orders_set_state_erred,
)
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_retrieve,
)
from waldur_api_client.api.marketplace_provider_resources import (
    marketplace_provider_resources_list,
    marketplace_provider_resources_retrieve,
    marketplace_provider_resources_set_backend_id,
    marketplace_provider_resources_team_list,
)
from waldur_api_client.client import AuthenticatedClient
from waldur_api_client.models import (
    BillingTypeEnum,
    ComponentUsageCreateRequest,
    ComponentUsageItemRequest,
    OrderApproveByProviderRequest,
    OrderErrorDetailsRequest,
    OrderState,
    RequestTypes,
    ResourceBackendIDRequest,
    ResourceState,
)

REPORTED = (BillingTypeEnum.LIMIT, BillingTypeEnum.USAGE)


def carry_out(client, order):
    """Do to the cluster what an order asks for; return the account's name."""
    resource = marketplace_provider_resources_retrieve.sync(
        order.marketplace_resource_uuid, client=client
    )
    account = resource.backend_id or f"hpc_{resource.slug}"
    if order.type_ is RequestTypes.TERMINATE:
        print(f"remove account {account}")
        return
    limits = order.limits.to_dict() if order.limits else {}
    print(f"set account {account} to {limits}")
    marketplace_provider_resources_set_backend_id.sync(
        resource.uuid, client=client, body=ResourceBackendIDRequest(backend_id=account)
    )


def work_off_orders(client, offering):
    """Approve what waits for the provider, carry it out, and say how that went."""
    states = [OrderState.PENDING_PROVIDER, OrderState.EXECUTING]
    for order in marketplace_orders_list.sync_all(
        client=client, offering_uuid=offering, state=states
    ):
        if order.state is OrderState.PENDING_PROVIDER:
            marketplace_orders_approve_by_provider.sync(
                order.uuid, client=client, body=OrderApproveByProviderRequest()
            )
        try:
            carry_out(client, order)
        except OSError as error:  # whatever your commands raise
            details = OrderErrorDetailsRequest(error_message=str(error), error_traceback="")
            marketplace_orders_set_state_erred.sync_detailed(
                order.uuid, client=client, body=details
            )
        else:
            marketplace_orders_set_state_done.sync_detailed(order.uuid, client=client)


def report(client, offering):
    """Report what each allocation has used this month, and who may use it."""
    details = marketplace_provider_offerings_retrieve.sync(offering, client=client)
    counted = [c.type_ for c in details.components if c.billing_type in REPORTED]
    resources = marketplace_provider_resources_list.sync_all(
        client=client, offering_uuid=[offering], state=[ResourceState.OK]
    )
    for resource in resources:
        team = marketplace_provider_resources_team_list.sync(resource.uuid, client=client)
        print(f"{resource.backend_id}: {sorted(m.offering_user_username or '' for m in team)}")
        used = dict.fromkeys(counted, Decimal("1.25"))  # ask your accounting
        items = [ComponentUsageItemRequest(type_=k, amount=str(v)) for k, v in used.items()]
        marketplace_component_usages_set_usage.sync_detailed(
            client=client, body=ComponentUsageCreateRequest(usages=items, resource=resource.uuid)
        )


def setting(name):
    """Return a variable of the environment; without it there is nothing to talk to."""
    value = os.environ.get(name)
    if not value:
        raise SystemExit(
            f"{name} is not set. EFP_URL is the service's address, EFP_TOKEN a token of the "
            "provider, EFP_OFFERING the UUID of the offering."
        )
    return value


def main():
    """Do everything once."""
    offering = UUID(setting("EFP_OFFERING"))
    with AuthenticatedClient(
        base_url=setting("EFP_URL"), token=setting("EFP_TOKEN"), prefix="Token"
    ) as client:
        work_off_orders(client, offering)
        report(client, offering)


if __name__ == "__main__":
    main()
