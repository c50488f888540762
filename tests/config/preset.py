"""A small preset with a row in every section."""

from __future__ import annotations

from typing import Any


def uuid(number: int) -> str:
    return f"{number:032x}"


STAFF, MEMBER, ORGANISATION, ALLOCATOR, PROJECT = (uuid(n) for n in (1, 2, 3, 4, 5))
GROUP, SHELVES, SHELF, MODE, PROVIDER = (uuid(n) for n in (6, 7, 8, 9, 10))
OFFERING, SITE_NAMES, CPU, GPU, PLAN = (uuid(n) for n in (11, 12, 13, 14, 15))
OWNER_ROLE, MEMBER_ROLE, NAMED, UNNAMED = (uuid(n) for n in (16, 17, 18, 19))
TOKEN = "e2e0000000000000000000000000token001"


def preset() -> dict[str, Any]:
    """Return a new one each time: tests break it."""
    return {
        "_metadata": {"title": "A test"},
        "users": [
            {
                "uuid": STAFF,
                "username": "site-staff",
                "email": "staff@example.org",
                "first_name": "Site",
                "last_name": "Staff",
                "is_staff": True,
                "is_active": True,
                "password": "site-staff-password",
                "token_lifetime": None,
            },
            {"uuid": MEMBER, "username": "member", "email": "m@example.org", "is_active": True},
        ],
        "auth_tokens": [{"key": TOKEN, "user_uuid": STAFF, "user_username": "site-staff"}],
        "customers": [
            {"uuid": ORGANISATION, "name": "Computing Centre", "abbreviation": "CC"},
            {"uuid": ALLOCATOR, "name": "LUMI Sweden", "country": "SE", "is_allocator": True},
        ],
        "organization_groups": [{"uuid": GROUP, "name": "Sweden", "customers": [ALLOCATOR]}],
        "projects": [
            {"uuid": PROJECT, "name": "Folding", "customer_uuid": ALLOCATOR, "backend_id": "F-1"}
        ],
        "category_groups": [{"uuid": SHELVES, "title": "HPC"}],
        "categories": [{"uuid": SHELF, "title": "Partitions", "group_uuid": SHELVES}],
        "access_modes": [
            {
                "uuid": MODE,
                "code": "regular",
                "label": "Regular Access",
                "duration_days": 365,
                "source": "https://example.org/access",
            }
        ],
        "service_providers": [
            {"uuid": PROVIDER, "customer_uuid": ORGANISATION, "description": "A centre"}
        ],
        "offerings": [
            {
                "uuid": OFFERING,
                "name": "LUMI Sweden / Regular Access",
                "type": "Marketplace.Slurm",
                "state": 2,
                "shared": True,
                "billable": True,
                "category_uuid": SHELF,
                "customer_uuid": ORGANISATION,
                "access_mode": "regular",
                "organization_groups": [GROUP],
                "plugin_options": {"can_restore_resource": True},
                "source": "https://example.org/lumi",
            },
            {
                "uuid": SITE_NAMES,
                "name": "Site names people",
                "type": "Marketplace.Slurm",
                "state": 1,
                "category_uuid": SHELF,
                "customer_uuid": ORGANISATION,
            },
        ],
        "offering_components": [
            {
                "uuid": CPU,
                "offering_uuid": OFFERING,
                "type": "cpu",
                "name": "CPU",
                "billing_type": "limit",
                "measured_unit": "k-Hours",
                "limit_period": "total",
                "min_value": 0,
                "max_value": 1000,
            },
            {
                "uuid": GPU,
                "offering_uuid": OFFERING,
                "type": "gpu",
                "name": "GPU",
                "billing_type": "limit",
                "measured_unit": "hours",
            },
        ],
        "plans": [{"uuid": PLAN, "name": "Grant", "offering_uuid": OFFERING, "unit": "month"}],
        "plan_components": [
            {
                "plan_uuid": PLAN,
                "component_uuid": CPU,
                "component_type": "cpu",
                "price": "0.25",
                "amount": 3,
            }
        ],
        "user_roles": [
            {
                "uuid": OWNER_ROLE,
                "user_uuid": STAFF,
                "user_username": "site-staff",
                "role_name": "CUSTOMER.OWNER",
                "scope_type": "structure.customer",
                "scope_uuid": ORGANISATION,
                "is_active": True,
            },
            {
                "uuid": MEMBER_ROLE,
                "user_uuid": MEMBER,
                "user_username": "member",
                "role_name": "PROJECT.MEMBER",
                "scope_type": "structure.project",
                "scope_uuid": PROJECT,
                "is_active": True,
            },
        ],
        "offering_users": [
            {"uuid": NAMED, "offering_uuid": OFFERING, "user_uuid": MEMBER, "username": "mem"},
            {"uuid": UNNAMED, "offering_uuid": SITE_NAMES, "user_uuid": MEMBER, "username": ""},
        ],
    }
