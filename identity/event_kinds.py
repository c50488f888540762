"""What happens to people, organizations, projects and roles, and to the log itself. Pure."""

from functools import partial

from identity.event_catalogue import Group, Kind, Readers

# --- people ---------------------------------------------------------------------------------------

_user = partial(Kind, group=Group.USERS, readers=Readers.PERSON)

USER_ACCESS_LOG_REMOVED = _user(
    "user.access_log_removed", "Staff took an entry out of the record of who saw a person's data."
)
USER_ACCEPTED_TERMS = _user(
    "user.accepted_terms",
    "A person accepted the platform's terms of service; `version` says which.",
)
USER_ACTIVATED = _user(
    "user.activated", "Somebody who was shut out may log in again.", waldur="user_activated"
)
USER_CHECK_REQUESTED = _user(
    "user.check_requested", "What a person may have at the sites is to be gone over."
)
USER_CONFIRMED = _user(
    "user.confirmed", "A source of identities said again what is known of a person."
)
USER_CREATED = _user(
    "user.created", "A person has got an account here.", waldur="user_creation_succeeded"
)
USER_DEACTIVATED = _user(
    "user.deactivated", "A person may not log in any more.", waldur="user_deactivated"
)
USER_ERASED = Kind(
    "user.erased",
    "What others had on record of a removed person is erased.",
    group=Group.USERS,
    readers=Readers.NOBODY,
)
USER_LOADED = _user("user.loaded", "A preset made or changed a person.")
USER_PASSWORD_CHANGED = _user(
    "user.password_changed", "A person has another password.", waldur="user_password_updated"
)
USER_RECOVERY_CODE_USED = _user(
    "user.recovery_code_used",
    "A person logged in by a recovery code in the place of their second factor; `left` says how "
    "many they still have.",
)
USER_RECOVERY_CODES_RENEWED = _user(
    "user.recovery_codes_renewed", "A person has other recovery codes of their second factor."
)
USER_REMINDER_REQUESTED = _user(
    "user.reminder_requested", "A mail is to remind a person of what they have to do."
)
USER_REMOVED = _user(
    "user.removed",
    "A person was removed: nothing personal is kept.",
    waldur="user_deletion_succeeded",
)
USER_SECOND_FACTOR_REMOVED = _user(
    "user.second_factor_removed", "A person took off their own second factor."
)
USER_SECOND_FACTOR_RESET = _user(
    "user.second_factor_reset", "Staff or the operator took off a person's second factor."
)
USER_SECOND_FACTOR_SET_UP = _user(
    "user.second_factor_set_up", "A person set up a second factor beside their password."
)
USER_VETTED = _user("user.vetted", "It was decided that a person is who they say.")
USER_VETTING_ENDED = _user(
    "user.vetting_ended", "A decision about a person was taken back: they are unvetted."
)
USER_VETTING_EXPIRED = _user(
    "user.vetting_expired", "The time of a decision about a person is over: they are unvetted."
)
USER_VETTING_REFUSED = _user(
    "user.vetting_refused", "It was decided that a person may not come in."
)
USER_UPDATED = _user(
    "user.updated",
    "What is known of a person changed; `fields` says what.",
    waldur="user_update_succeeded",
)

_confirmation = partial(Kind, group=Group.USERS, readers=Readers.NOBODY)

EMAIL_CONFIRMATION_CANCELED = _confirmation(
    "email_confirmation.canceled", "An address need not be confirmed any more."
)
EMAIL_CONFIRMATION_DONE = _confirmation(
    "email_confirmation.done", "Somebody confirmed that they read mails to an address."
)
EMAIL_CONFIRMATION_REQUESTED = _confirmation(
    "email_confirmation.requested", "A mail is to ask whether an address is theirs."
)

_platform_terms = partial(Kind, group=Group.TERMS_OF_SERVICE, readers=Readers.NOBODY)

PLATFORM_TERMS_PUBLISHED = _platform_terms(
    "platform_terms.published", "The platform has terms of service, or new ones."
)
PLATFORM_TERMS_WITHDRAWN = _platform_terms(
    "platform_terms.withdrawn", "The platform's terms of service hold no longer."
)

# --- credentials ----------------------------------------------------------------------------------

_token = partial(Kind, group=Group.AUTH, readers=Readers.NOBODY)

TOKEN_ISSUED = _token("token.issued", "Somebody has got a token.", waldur="token_created")
TOKEN_EXPIRING = _token(
    "token.expiring", "A personal access token will come to its end in a few days."
)
TOKEN_NETWORKS_CHANGED = _token(
    "token.networks_changed",
    "A personal access token may be used from other networks; `networks` says which.",
)
TOKEN_REVOKED = _token("token.revoked", "A token does not work any more.")

_linked = partial(Kind, group=Group.AUTH, readers=Readers.NOBODY)

LINKED_IDENTITY_ADDED = _linked(
    "linked_identity.added", "Somebody is known by a further provider of identities."
)
LINKED_IDENTITY_LOGGED_IN = _linked(
    "linked_identity.logged_in",
    "Somebody logged in by their institution.",
    waldur="auth_logged_in_with_oauth",
)
LINKED_IDENTITY_LOGGED_OUT = _linked(
    "linked_identity.logged_out",
    "The institution ended a login: sessions and tokens that came of it do not work any more.",
    waldur="auth_logged_out",
)
LINKED_IDENTITY_REMOVED = _linked(
    "linked_identity.removed", "Somebody is not known by a provider of identities any more."
)

_key = partial(Kind, group=Group.SSH, readers=Readers.NOBODY)

KEY_ADDED = _key(
    "key.added", "Somebody added an SSH key of theirs.", waldur="ssh_key_creation_succeeded"
)
KEY_REMOVED = _key("key.removed", "An SSH key was taken away.", waldur="ssh_key_deletion_succeeded")

# --- roles ----------------------------------------------------------------------------------------

_grant = partial(Kind, group=Group.PERMISSIONS, readers=Readers.BOTH_SIDES)

GRANT_CHANGED = _grant("grant.changed", "A role ends at another time.", waldur="role_updated")
GRANT_ENDING = _grant(
    "grant.ending", "The time of a role is over soon: who holds it, and others, are told."
)
GRANT_EXPIRED = _grant("grant.expired", "The time of a role was over.", waldur="role_revoked")
GRANT_GIVEN = _grant(
    "grant.given",
    "Somebody has got a role in an organization, a project or an offering, or theirs is enabled.",
    waldur="role_granted",
)
GRANT_REVOKED = _grant(
    "grant.revoked",
    "Somebody lost a role, or the role was disabled that they hold.",
    waldur="role_revoked",
)

_role = partial(Kind, group=Group.PERMISSIONS, readers=Readers.NOBODY)

ROLE_CREATED = _role("role.created", "Staff made a role.")
ROLE_DISABLED = _role(
    "role.disabled", "A role gives nothing any more; those who hold it are told of by their grants."
)
ROLE_ENABLED = _role("role.enabled", "A role that was disabled gives again what it allows.")
ROLE_REMOVED = _role("role.removed", "A role that nobody held was removed.")
ROLE_UPDATED = _role("role.updated", "A role changed: its name, its texts or what it allows.")

_role_concealment = partial(Kind, group=Group.PERMISSIONS, readers=Readers.CONSUMER)

ROLE_CONCEALMENT_CREATED = _role_concealment(
    "role_concealment.created", "Staff alone give a role in an organization from now on."
)
ROLE_CONCEALMENT_REMOVED = _role_concealment(
    "role_concealment.removed", "A role can be given in an organization again."
)

_invitation = partial(Kind, group=Group.PERMISSIONS, readers=Readers.BOTH_SIDES)

INVITATION_ACCEPTED = _invitation(
    "invitation.accepted", "Somebody took the role that they were invited to."
)
INVITATION_APPROVED = _invitation(
    "invitation.approved", "Staff let an invitation be mailed that had to wait for them."
)
INVITATION_ASKED = _invitation(
    "invitation.asked", "An invitation waits until staff approve it; a mail is to ask them."
)
INVITATION_CANCELED = _invitation(
    "invitation.canceled",
    "An invitation was withdrawn before it was answered.",
)
INVITATION_CHANGED = _invitation(
    "invitation.changed",
    "An invitation goes to another address or is to another role; `fields` says which.",
    waldur="user_invitation_updated",
)
INVITATION_CREATED = _invitation(
    "invitation.created", "Somebody is invited to a role in an organization, project or offering."
)
INVITATION_DECLINED = _invitation(
    "invitation.declined", "Somebody does not want the role that they were invited to."
)
INVITATION_EXPIRED = _invitation("invitation.expired", "Nobody answered an invitation in time.")
INVITATION_LINKED = _invitation(
    "invitation.linked", "A link was made for a mail; former ones of the invitation are dead."
)
INVITATION_MAILED = _invitation("invitation.mailed", "The mail server took an invitation.")
INVITATION_REJECTED = _invitation(
    "invitation.rejected", "Staff refused an invitation that had to wait for them."
)
INVITATION_REMOVED = _invitation(
    "invitation.removed", "Staff removed an invitation.", waldur="user_invitation_deleted"
)
INVITATION_RETURNED = _invitation(
    "invitation.returned", "The mail server did not take an invitation; it is tried again."
)
INVITATION_SENT = _invitation(
    "invitation.sent", "A mail with the link of an invitation is to go out."
)

_group_invitation = partial(Kind, group=Group.PERMISSIONS, readers=Readers.BOTH_SIDES)

GROUP_INVITATION_CANCELED = _group_invitation(
    "group_invitation.canceled", "A link by which people ask for a role does not work any more."
)
GROUP_INVITATION_CREATED = _group_invitation(
    "group_invitation.created", "There is a link by which people ask for a role."
)
GROUP_INVITATION_REMOVED = _group_invitation(
    "group_invitation.removed",
    "Staff removed a link by which people asked for a role, with what was asked.",
)
GROUP_INVITATION_UPDATED = _group_invitation(
    "group_invitation.updated",
    "A link by which people ask for a role changed; `fields` says what of it.",
    waldur="user_group_invitation_updated",
)

_permission_request = partial(Kind, group=Group.PERMISSIONS, readers=Readers.BOTH_SIDES)

PERMISSION_REQUEST_APPROVED = _permission_request(
    "permission_request.approved", "Somebody has got the role that they asked for."
)
PERMISSION_REQUEST_CANCELED = _permission_request(
    "permission_request.canceled", "Somebody does not ask for a role any more."
)
PERMISSION_REQUEST_CREATED = _permission_request(
    "permission_request.created", "Somebody asks for a role."
)
PERMISSION_REQUEST_REJECTED = _permission_request(
    "permission_request.rejected", "Somebody does not get the role that they asked for."
)
PERMISSION_REQUEST_REMOVED = _permission_request(
    "permission_request.removed", "Staff removed a request for a role."
)

_permission_review = partial(Kind, group=Group.PERMISSIONS, readers=Readers.CONSUMER)

PERMISSION_REVIEW_BEGUN = _permission_review(
    "permission_review.begun", "Somebody is to look at who has which role, and is asked by mail."
)
PERMISSION_REVIEW_CLOSED = _permission_review(
    "permission_review.closed", "Somebody has looked at who has which role."
)

# --- organizations and projects -------------------------------------------------------------------

_customer = partial(Kind, group=Group.CUSTOMERS, readers=Readers.CONSUMER)

CUSTOMER_CREATED = _customer(
    "customer.created", "There is a new organization.", waldur="customer_creation_succeeded"
)
CUSTOMER_LOADED = Kind(
    "customer.loaded",
    "A preset made or changed an organization.",
    group=Group.CUSTOMERS,
    readers=Readers.NOBODY,
)
CUSTOMER_REMOVED = _customer(
    "customer.removed", "An organization was removed.", waldur="customer_deletion_succeeded"
)
CUSTOMER_UPDATED = _customer(
    "customer.updated",
    "An organization changed; `fields` says what of it.",
    waldur="customer_update_succeeded",
)

_organization_group = partial(Kind, group=Group.CUSTOMERS, readers=Readers.NOBODY)

ORGANIZATION_GROUP_CREATED = _organization_group(
    "organization_group.created", "There is a new group of organizations."
)
ORGANIZATION_GROUP_LOADED = _organization_group(
    "organization_group.loaded", "A preset made or changed a group of organizations."
)
ORGANIZATION_GROUP_REMOVED = _organization_group(
    "organization_group.removed", "A group of organizations was removed."
)
ORGANIZATION_GROUP_UPDATED = _organization_group(
    "organization_group.updated", "A group of organizations was renamed or moved."
)

_project = partial(Kind, group=Group.PROJECTS, readers=Readers.CONSUMER)

PROJECT_CREATED = _project(
    "project.created", "There is a new project.", waldur="project_creation_succeeded"
)
PROJECT_LOADED = Kind(
    "project.loaded",
    "A preset made or changed a project.",
    group=Group.PROJECTS,
    readers=Readers.PROVIDER,
)
PROJECT_HANDED_OVER = _project(
    "project.handed_over", "Somebody else leads a project; `user_uuid` says who."
)
PROJECT_MOVED = _project(
    "project.moved",
    "A project came from another organization; `from_customer` and `to_customer` say which.",
)
PROJECT_MOVED_AWAY = _project(
    "project.moved_away",
    "A project of the organization went to another one; it says the same as `project.moved`.",
)
PROJECT_RECOVERED = _project("project.recovered", "A project that was removed is there again.")
PROJECT_REMOVED = _project(
    "project.removed", "A project was removed.", waldur="project_deletion_succeeded"
)
PROJECT_SYNC_REQUESTED = _project(
    "project.sync_requested", "Sites are to bring their people of a project in line."
)
PROJECT_UPDATED = _project(
    "project.updated",
    "A project changed; `fields` says what of it.",
    waldur="project_update_succeeded",
)

# --- fields of science ----------------------------------------------------------------------------

_science = partial(Kind, group=Group.CATALOGUE, readers=Readers.NOBODY)

SCIENCE_DOMAIN_CREATED = _science("science_domain.created", "There is a new field of science.")
SCIENCE_DOMAIN_REMOVED = _science("science_domain.removed", "A field of science was removed.")
SCIENCE_DOMAIN_UPDATED = _science("science_domain.updated", "A field of science was renamed.")
SCIENCE_SUB_DOMAIN_CREATED = _science(
    "science_sub_domain.created", "A field of science has a new part."
)
SCIENCE_SUB_DOMAIN_REMOVED = _science(
    "science_sub_domain.removed", "A part of a field of science was removed."
)
SCIENCE_SUB_DOMAIN_UPDATED = _science(
    "science_sub_domain.updated", "A part of a field of science was renamed or moved."
)

# --- the log --------------------------------------------------------------------------------------

EVENT_REVIVED = Kind(
    "event.revived",
    "Staff had an event handled again that was given up.",
    group=Group.BUS,
    readers=Readers.NOBODY,
)
