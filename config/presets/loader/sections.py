"""The sections of a preset, in the order in which they are loaded, and what their rows hold.

A row's columns have the names of the model's; keys that end in `_uuid` refer to other rows. Every
row may name its public `source`, which is for those who read the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from common.api.json_shapes import OBJECT, Shape
from identity import event_kinds as identity_kinds
from identity.models import Customer, OrganizationGroup, Project, User
from marketplace import event_kinds as marketplace_kinds
from marketplace.api.offerings.options import DESCRIPTION
from marketplace.api.offerings.plugin_options import PLUGIN_OPTIONS, SECRET_OPTIONS
from marketplace.api.offerings.rules import BACKEND_ID_RULES
from marketplace.lifecycle import OfferingState
from marketplace.models import (
    AccessMode,
    Category,
    CategoryGroup,
    Offering,
    OfferingComponent,
    Plan,
    ServiceProvider,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from identity.event_catalogue import Kind

NOTES = frozenset({"source"})

STATES = {
    1: OfferingState.DRAFT,
    2: OfferingState.ACTIVE,
    3: OfferingState.PAUSED,
    4: OfferingState.ARCHIVED,
    5: OfferingState.UNAVAILABLE,
}
"""The numbers by which Waldur stores the states."""


def state_of(value: object) -> object:
    """Return a state, which Waldur writes as a number; what is none is left to the model."""
    return STATES.get(value, value) if isinstance(value, int) else value


@dataclass(frozen=True)
class Section:
    """Where a section's rows go.

    `loaded` is the kind of event that is recorded of a row. `columns` are taken as they are,
    `references` are UUIDs of single rows, `sets` lists of UUIDs.
    `shapes` say what JSON may look like. `given_once` are the columns that only a new row takes
    from the file. `slug_from` is the column that a new row's slug is made of.
    """

    model: Any
    loaded: Kind
    columns: tuple[str, ...]
    references: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    by_code: Mapping[str, Any] = field(default_factory=dict)
    sets: Mapping[str, Any] = field(default_factory=dict)
    read: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    given_once: frozenset[str] = frozenset()
    slug_from: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that a row may have."""
        named = {*self.columns, *self.references, *self.by_code, *self.sets}
        return NOTES | {"uuid"} | named


SECTIONS: Mapping[str, Section] = {
    "users": Section(
        model=User,
        loaded=identity_kinds.USER_LOADED,
        columns=(
            *("username", "email", "first_name", "middle_name", "last_name", "native_name"),
            *("organization", "job_title", "phone_number", "civil_number", "affiliations"),
            *("is_active", "is_staff", "is_support", "is_identity_manager", "password"),
            "token_lifetime",
        ),
        given_once=frozenset({"is_active", "password"}),
    ),
    "customers": Section(
        model=Customer,
        loaded=identity_kinds.CUSTOMER_LOADED,
        columns=(
            *("name", "native_name", "abbreviation", "description", "contact_details", "email"),
            *("phone_number", "homepage", "domain", "country", "address", "city", "postal"),
            *("registration_code", "vat_code", "backend_id", "originated_id", "latitude"),
            *("longitude", "is_allocator", "grace_period_days"),
        ),
        slug_from="name",
    ),
    "organization_groups": Section(
        model=OrganizationGroup,
        loaded=identity_kinds.ORGANIZATION_GROUP_LOADED,
        columns=("name",),
        references={"parent_uuid": ("parent", OrganizationGroup)},
        sets={"customers": Customer},
    ),
    "projects": Section(
        model=Project,
        loaded=identity_kinds.PROJECT_LOADED,
        columns=(
            *("name", "description", "backend_id", "kind", "oecd_fos_2007_code", "is_industry"),
            *("start_date", "end_date", "grace_period_days"),
        ),
        references={"customer_uuid": ("customer", Customer)},
        slug_from="name",
    ),
    "category_groups": Section(
        model=CategoryGroup,
        loaded=marketplace_kinds.CATEGORY_GROUP_LOADED,
        columns=("title", "description"),
    ),
    "categories": Section(
        model=Category,
        loaded=marketplace_kinds.CATEGORY_LOADED,
        columns=("title", "description"),
        references={"group_uuid": ("group", CategoryGroup)},
    ),
    "access_modes": Section(
        model=AccessMode,
        loaded=marketplace_kinds.ACCESS_MODE_LOADED,
        columns=(
            *("code", "label", "description", "duration_days", "renewable", "review_required"),
            "source",
        ),
    ),
    "service_providers": Section(
        model=ServiceProvider,
        loaded=marketplace_kinds.PROVIDER_LOADED,
        columns=("description", "enable_notifications", "allowed_domains", "account_options"),
        references={"customer_uuid": ("customer", Customer)},
    ),
    "offerings": Section(
        model=Offering,
        loaded=marketplace_kinds.OFFERING_LOADED,
        columns=(
            *("name", "type", "state", "shared", "billable", "description", "full_description"),
            *("vendor_details", "getting_started", "integration_guide", "access_url"),
            *("documentation_url", "helpdesk_url", "privacy_policy_link", "datacite_doi"),
            *("backend_id", "country", "latitude", "longitude", "attributes", "options"),
            *("resource_options", "plugin_options", "secret_options", "backend_metadata"),
            *("backend_id_rules", "service_attributes"),
        ),
        references={
            "category_uuid": ("category", Category),
            "customer_uuid": ("customer", Customer),
        },
        by_code={"access_mode": AccessMode},
        sets={"organization_groups": OrganizationGroup},
        read={"state": state_of},
        shapes={
            "attributes": OBJECT,
            "options": DESCRIPTION,
            "resource_options": DESCRIPTION,
            "plugin_options": PLUGIN_OPTIONS,
            "secret_options": SECRET_OPTIONS,
            "backend_metadata": OBJECT,
            "backend_id_rules": BACKEND_ID_RULES,
            "service_attributes": OBJECT,
        },
        given_once=frozenset({"state"}),
        slug_from="name",
    ),
    "offering_components": Section(
        model=OfferingComponent,
        loaded=marketplace_kinds.COMPONENT_LOADED,
        columns=(
            *("type", "name", "description", "billing_type", "measured_unit", "limit_period"),
            *("limit_amount", "limit_decimal_places", "min_value", "max_value", "unit_factor"),
            *("max_available_limit", "default_limit", "is_boolean", "is_prepaid", "article_code"),
        ),
        references={"offering_uuid": ("offering", Offering)},
    ),
    "plans": Section(
        model=Plan,
        loaded=marketplace_kinds.PLAN_LOADED,
        columns=(
            *("name", "description", "unit", "unit_price", "billing_mode", "article_code"),
            *("backend_id", "max_amount", "archived"),
        ),
        references={"offering_uuid": ("offering", Offering)},
    ),
}
"""The sections whose rows are found by their UUID and brought to what the file says."""

AFTER_USERS = "auth_tokens"
"""The section that is loaded after the users; it and those below have rules of their own."""

ORDER = (
    "users",
    AFTER_USERS,
    *(name for name in SECTIONS if name != "users"),
    "plan_components",
    "user_roles",
    "offering_users",
)
