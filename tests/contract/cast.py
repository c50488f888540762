"""The people of the live tests and what is on offer when they come.

People, organisations and the category are rows, since no operation of the contract makes them; the
rest is made through the API, by those who would make it.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

import httpx
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from waldur_api_client.api.api_auth import api_auth_password
from waldur_api_client.api.marketplace_plans import marketplace_plans_update_prices
from waldur_api_client.api.marketplace_provider_offerings import (
    marketplace_provider_offerings_activate,
    marketplace_provider_offerings_create,
)
from waldur_api_client.api.marketplace_service_providers import marketplace_service_providers_create
from waldur_api_client.client import AuthenticatedClient, Client
from waldur_api_client.models import (
    BaseProviderPlanRequest,
    BillingTypeEnum,
    BillingUnit,
    CoreAuthToken,
    LimitPeriodEnum,
    ObtainAuthTokenRequest,
    OfferingComponentRequest,
    OfferingCreateRequest,
    PricesUpdateRequest,
    PricesUpdateRequestPrices,
    ProviderOfferingDetails,
    ServiceProviderRequest,
)

from identity.models import Customer, User
from identity.roles import RoleName
from marketplace.models import Category
from tests.contract.live import LiveService
from tests.factories.identity import CustomerFactory, GrantFactory, SshKeyFactory, UserFactory

PASSWORD = "no login of anybody's real account"
PATIENCE = httpx.Timeout(60)  # the machine may be busy with the other tests
RESEARCHER_CUID = "f3a1c2d4b5@myaccessid.org"


@dataclass(frozen=True)
class Cast:
    """Everybody's client, and the identifiers that everybody knows beforehand."""

    service: LiveService
    staff: AuthenticatedClient
    allocator: AuthenticatedClient
    hosting_entity: AuthenticatedClient
    outsider: AuthenticatedClient
    customer_uuid: UUID
    provider_uuid: UUID
    offering_uuid: UUID

    def url(self, path: str) -> str:
        """Write a URL of the service in full."""
        return f"{self.service.base_url}{path}"

    def close(self) -> None:
        """Hang up everybody's connections."""
        for client in (self.staff, self.allocator, self.hosting_entity, self.outsider):
            client.get_httpx_client().close()


def known(uuid: object) -> UUID:
    """Return an identifier that the answer must hold, whatever the client's types allow."""
    assert isinstance(uuid, UUID)
    return uuid


def log_in(service: LiveService, username: str) -> AuthenticatedClient:
    """Come in by password, as a person's first call does."""
    body = ObtainAuthTokenRequest(username=username, password=PASSWORD)
    with Client(base_url=service.base_url, timeout=PATIENCE) as anonymous:
        answer = api_auth_password.sync(client=anonymous, body=body)
    assert isinstance(answer, CoreAuthToken)
    hooks = {"response": [partial(refuse_server_errors, service)]}
    return AuthenticatedClient(
        base_url=service.base_url,
        token=answer.token,
        timeout=PATIENCE,
        httpx_args={"event_hooks": hooks},
    )


def refuse_server_errors(service: LiveService, response: httpx.Response) -> None:
    """Fail the test whose request the service could not cope with, and tell what its log says."""
    if response.is_server_error:
        request = response.request
        text = f"{response.status_code} {request.method} {request.url}\n{service.last_error()}"
        raise AssertionError(text)


@dataclass(frozen=True)
class Rows:
    """The organisations that the people of the cast own, and the shelf for the offering."""

    allocator: Customer
    provider: Customer
    category: Category


def make_rows() -> Rows:
    """Write the people and organisations, in the database that is connected now."""
    allocator = CustomerFactory.create(name="LUMI Sweden", abbreviation="SWE", is_allocator=True)
    provider = CustomerFactory.create(name="CSC", abbreviation="CSC")
    elsewhere = CustomerFactory.create(name="Elsewhere", abbreviation="ELS")
    owners = {"alice": allocator, "carol": provider, "mallory": elsewhere}
    for username, organisation in owners.items():
        GrantFactory.create(
            user__username=username, role=RoleName.CUSTOMER_OWNER, scope=organisation
        )
    UserFactory.create(username="dave", is_staff=True)
    SshKeyFactory.create(user=UserFactory.create(username=RESEARCHER_CUID))
    # The test settings hash quickly; the server knows only the hashers of production.
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    return Rows(allocator, provider, Category.objects.create(title="HPC", description="Compute"))


def assemble(service: LiveService, rows: Rows) -> Cast:
    """Log everybody in and put the offering on sale."""
    staff, hosting_entity = log_in(service, "dave"), log_in(service, "carol")
    provider_url = f"{service.base_url}/api/customers/{rows.provider.uuid.hex}/"
    marketplace_service_providers_create.sync(
        client=staff, body=ServiceProviderRequest(customer=provider_url)
    )
    offering = _create_offering(hosting_entity, provider_url, rows.category, service)
    marketplace_provider_offerings_activate.sync(known(offering.uuid), client=staff)
    return Cast(
        service=service,
        staff=staff,
        allocator=log_in(service, "alice"),
        hosting_entity=hosting_entity,
        outsider=log_in(service, "mallory"),
        customer_uuid=rows.allocator.uuid,
        provider_uuid=rows.provider.uuid,
        offering_uuid=known(offering.uuid),
    )


def _create_offering(
    hosting_entity: AuthenticatedClient, provider_url: str, category: Category, service: LiveService
) -> ProviderOfferingDetails:
    """Draft the offering with its components and a plan, and price the plan."""
    body = OfferingCreateRequest(
        name="LUMI Sweden / Extreme Scale Access",
        category=f"{service.base_url}/api/marketplace-categories/{category.uuid.hex}/",
        customer=provider_url,
        type_="Marketplace.Slurm",
        components=[
            _limit("cpu_k_hours", "CPU", "kh", LimitPeriodEnum.TOTAL),
            _limit("gpu_hours", "GPU", "h", LimitPeriodEnum.TOTAL),
            OfferingComponentRequest(
                type_="gb_k_hours",
                name="Storage",
                measured_unit="GB",
                billing_type=BillingTypeEnum.USAGE,
            ),
        ],
        plans=[BaseProviderPlanRequest(name="Standard", unit=BillingUnit.MONTH)],
    )
    offering = marketplace_provider_offerings_create.sync(client=hosting_entity, body=body)
    assert offering.plans
    prices = PricesUpdateRequestPrices.from_dict({"cpu_k_hours": 10, "gpu_hours": 1})
    answer = marketplace_plans_update_prices.sync_detailed(
        known(offering.plans[0].uuid),
        client=hosting_entity,
        body=PricesUpdateRequest(prices=prices),
    )
    assert answer.status_code == 200
    return offering


def _limit(kind: str, name: str, unit: str, period: LimitPeriodEnum) -> OfferingComponentRequest:
    return OfferingComponentRequest(
        type_=kind,
        name=name,
        measured_unit=unit,
        billing_type=BillingTypeEnum.LIMIT,
        limit_period=period,
    )
