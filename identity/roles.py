"""The roles there are and the kinds of scope they are held in, in the words of the API."""

from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5


class ScopeType(StrEnum):
    """What a role can be held in."""

    CUSTOMER = "customer"
    PROJECT = "project"
    OFFERING = "offering"


class RoleName(StrEnum):
    """The system roles, as Waldur's clients name them."""

    CUSTOMER_OWNER = "CUSTOMER.OWNER"
    CUSTOMER_MANAGER = "CUSTOMER.MANAGER"
    CUSTOMER_SUPPORT = "CUSTOMER.SUPPORT"
    CUSTOMER_READER = "CUSTOMER.READER"
    PROJECT_MANAGER = "PROJECT.MANAGER"
    PROJECT_ADMIN = "PROJECT.ADMIN"
    PROJECT_MEMBER = "PROJECT.MEMBER"
    OFFERING_MANAGER = "OFFERING.MANAGER"

    @property
    def scope_type(self) -> ScopeType:
        """The kind of scope that the role is held in."""
        return ScopeType(self.split(".")[0].lower())

    @property
    def uuid(self) -> UUID:
        """The UUID of the role in every installation, so that clients may write it down."""
        return uuid5(NAMESPACE_URL, f"urn:efp:role:{self}")


LANGUAGES = (
    *("ar", "cs", "da", "de", "es", "et", "fr", "hr", "it", "km", "lt", "lv", "nb", "ru", "sv"),
)
"""The languages, beside English, in which clients know the description of a role."""

DESCRIPTIONS = {
    RoleName.CUSTOMER_OWNER: "Organization owner",
    RoleName.CUSTOMER_MANAGER: "Service manager of the organization's offerings",
    RoleName.CUSTOMER_SUPPORT: "Organization support",
    RoleName.CUSTOMER_READER: "Organization reader",
    RoleName.PROJECT_MANAGER: "Project manager (PI)",
    RoleName.PROJECT_ADMIN: "Project administrator",
    RoleName.PROJECT_MEMBER: "Project member",
    RoleName.OFFERING_MANAGER: "Offering manager",
}
