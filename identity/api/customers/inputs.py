"""What requests about organisations carry."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from common.api.inputs import FiniteField
from identity.api.customers.serializers import COUNTRIES, NO_IMAGES
from identity.api.inputs import Columns, NotKept, Words
from identity.models import Customer


class CustomerInput(Columns):
    """A new organization, or what changes about one."""

    class Meta:
        model = Customer
        fields: ClassVar[tuple[str, ...]] = (
            "abbreviation",
            "access_subnets",
            "accounting_start_date",
            "address",
            "agreement_number",
            "apartment_nr",
            "archived",
            "backend_id",
            "bank_account",
            "bank_name",
            "blocked",
            "city",
            "contact_details",
            "country",
            "default_tax_percent",
            "description",
            "display_billing_info_in_projects",
            "domain",
            "email",
            "grace_period_days",
            "homepage",
            "house_nr",
            "household",
            "image",
            "latitude",
            "longitude",
            "max_service_accounts",
            "name",
            "native_name",
            "notification_emails",
            "parish",
            "originated_id",
            "phone_number",
            "postal",
            "project_metadata_checklist",
            "project_slug_template",
            "registration_code",
            "slug",
            "sponsor_number",
            "state",
            "street",
            "user_affiliations",
            "user_email_patterns",
            "user_identity_sources",
            "vat_code",
        )
        required: ClassVar[tuple[str, ...]] = ("name",)

    country = serializers.ChoiceField(choices=COUNTRIES, allow_blank=True)
    default_tax_percent = serializers.DecimalField(max_digits=4, decimal_places=2, min_value=0)
    image = NotKept(f"{NO_IMAGES.capitalize()}.")
    latitude = FiniteField(min_value=-90, max_value=90, allow_null=True)
    longitude = FiniteField(min_value=-180, max_value=180, allow_null=True)
    project_metadata_checklist = NotKept("Checklists are not served.")
    user_affiliations = Words()
    user_email_patterns = Words()
    user_identity_sources = Words()
