"""What keys and parameters of invitations mean. See `common.api.meanings`."""

from collections.abc import Mapping

INVITATIONS: Mapping[str, str] = {
    "Invitation.scope": "URL of the organization, the project or the offering that the role is in.",
    "InvitationDuplicateCheck.scope": "URL of the organization, the project or the offering.",
    "expires": "Until when the invitation can be accepted (UTC).",
    "execution_state": "How far the mail has got: `Scheduled`, `Processing`, `OK` (the mail server"
    " has it) or `Erred`.",
    "Invitation.error_message": "What the mail server objected to.",
    "Invitation.email": "The address that the link is mailed to; its person accepts.",
    "Invitation.civil_number": "National identification number of the person; where it is given,"
    " only a person with it accepts.",
    "Invitation.organization": "Where the person works, in words.",
    "extra_invitation_text": "What the inviter writes to the person; the mail quotes it.",
    "Invitation.state": "Where the invitation stands: `requested` waits for staff, `project` until"
    " the project begins, `pending` for the person.",
    "InvitationFilter.state": "Where the invitations stand.",
    "VisibleInvitationDetails.state": "Where the invitation stands; it can be accepted while it is"
    " `pending`.",
    "civil_number_required": "Whether only a person with a certain civil number accepts.",
    "scope_description": "Description of the organization or the project; empty for an offering.",
    "invitations": "The addresses and roles, at most a hundred.",
    "duplicates": "Those that have an open invitation to the role already.",
    "existing_roles": "Those whose person holds a role there already.",
    "existing_invitation_uuid": "UUID of the open invitation.",
    "existing_role": "UUID of the role that the person holds.",
    "existing_role_name": "Name of the role that the person holds.",
    "existing_role_description": "Description of the role that the person holds, or its name.",
    "is_same_role": "Whether it is the role that was asked about.",
    "Token.token": "The token out of the mail.",
}
