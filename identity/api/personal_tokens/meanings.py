"""What keys and parameters of personal access tokens mean. See `common.api.meanings`."""

from collections.abc import Mapping

PERSONAL_TOKENS: Mapping[str, str] = {
    "allowed_networks": "Networks from which the token may be used (CIDR); empty is from"
    " everywhere.",
    "allowed_scopes": "Organizations, projects and offerings in which alone the token counts; empty"
    " is wherever its holder has a role.",
    "AllowedScope.type": "`customer` (an organization), `project` or `offering`.",
    "AllowedScope.name": "What it is called, as it was when the token was made.",
    "AllowedScope.uuid": "UUID of the organization, the project or the offering.",
    "can_use_personal_access_tokens": "Whether the personal access tokens of the person work, and"
    " they can make some.",
    "PersonalAccessToken.expires_at": "When the token ends (UTC).",
    "PersonalAccessToken.is_active": "Whether the token works.",
    "last_used_at": "When the token was last used, to the minute; until it is, when it was made.",
    "last_used_ip": "From which address it was last used; empty until it is.",
    "PersonalAccessToken.name": "What the token is for, in its holder's words.",
    "PersonalAccessToken.scopes": "The permissions that the token has, as far as its holder has"
    " them.",
    "PersonalAccessTokenCreated.scopes": "The permissions that the token has, as far as its holder"
    " has them.",
    "token_prefix": "How its secret begins, by which one that is found somewhere is recognized.",
    "PersonalAccessTokenCreated.token": "The secret. It is shown here only.",
    "use_count": "In how many minutes the token was used.",
    "AvailableScope.permission": "The permission, as `scopes` names it.",
    "AvailableScope.description": "What it allows.",
    "AvailableBindingTarget.permission": "The permission, as `scopes` names it.",
    "AvailableBindingTarget.types": "Of `customer`, `project` and `offering` those in which the"
    " caller has it by a role.",
}
