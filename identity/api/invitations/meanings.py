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
    "allow_custom_project_details": "Whether people say what the project is called that is made for"
    " them.",
    "allow_multiple_requests": "Whether one person may have several projects made.",
    "auto_approve": "Whether the role is given at once, in the name of whoever made or changed the"
    " link.",
    "auto_create_project": "Whether a project of the organization is made for each person, who gets"
    " `project_role` in it.",
    "custom_text": "What people read who have the link.",
    "is_public": "Whether everybody sees it, logged in or not.",
    "GroupInvitation.is_active": "Whether the link still works.",
    "GroupInvitationFilter.is_active": "Whether the links still work.",
    "project_name_template": "What the projects are called that are made: a text in which"
    " `{username}`, `{email}` and `{full_name}` stand for the person's.",
    "project_role": "The role in the project that is made; a name or a UUID, answered as UUID.",
    "GroupInvitation.user_affiliations": "Affiliations of which a person has to have one, unless"
    " another list names them.",
    "GroupInvitation.user_email_patterns": "Patterns (RE2), of which a person's confirmed address"
    " has to fit one unless another list names them.",
    "GroupInvitation.user_identity_sources": "Identity sources of which one has to know the person,"
    " unless another list names them.",
    "scope_image": "Always null: images are not stored.",
    "SubmitRequestAnswer.auto_approved": "Whether the role was given at once.",
    "project_created": "Whether the project is new; null where none is made.",
    "SubmitRequest.project_name": "What the project is to be called that is made.",
    "SubmitRequest.project_description": "What the project is about that is made.",
    "PermissionRequest.project_name": "What the person wants their project to be called.",
    "PermissionRequest.project_description": "What the person says their project is about.",
    "PermissionRequest.invitation": "URL of the group invitation by which it was asked.",
    "PermissionRequestFilter.invitation": "UUID of the group invitation by which it was asked.",
    "PermissionRequest.created": "When it was asked (UTC).",
    "PermissionRequest.created_by_full_name": "Full name of the person who asks.",
    "PermissionRequest.created_by_username": "Username of the person who asks.",
    "PermissionRequest.reviewed_by_full_name": "Full name of the person who decided; null is not"
    " yet.",
    "PermissionRequest.reviewed_by_username": "Username of the person who decided; null is not"
    " yet.",
    "PermissionRequest.state": "What was decided; `draft` does not occur.",
    "PermissionRequestFilter.state": "What was decided.",
    "review_comment": "What the reviewer said of it; null is nothing.",
    "reviewed_at": "When it was decided (UTC); null is not yet.",
    "ReviewComment.comment": "What the person is told of the decision.",
    "Token.token": "The token out of the mail.",
}
