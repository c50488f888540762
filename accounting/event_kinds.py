"""What happens to usages, to people's limits and to policies of usage. Pure."""

from functools import partial

from identity.event_catalogue import Group, Kind, Readers

_usage = partial(Kind, group=Group.ACCOUNTING, readers=Readers.BOTH_SIDES)

USAGE_CARRIED_OVER = _usage(
    "usage.carried_over", "A month began, with what recurs in it of an allocation's usage."
)
USAGE_RECORDED = _usage("usage.recorded", "The site reported what an allocation has used.")
USER_LIMIT_CHANGED = _usage(
    "user_limit.changed", "A person may use another part of an allocation than before."
)
USER_LIMIT_CREATED = _usage(
    "user_limit.created", "It was said how much of an allocation a person may use."
)
USER_LIMIT_REMOVED = _usage(
    "user_limit.removed", "A person may use as much of an allocation as there is."
)
USER_USAGE_RECORDED = _usage(
    "user_usage.recorded", "The site reported what a person has used of an allocation."
)

_policy = partial(Kind, group=Group.ACCOUNTING, readers=Readers.PROVIDER)

POLICY_COMMAND_REPORTED = _policy(
    "policy.command_reported", "A site reported what it ran to carry a policy out."
)
POLICY_CREATED = _policy("policy.created", "An offering has a policy of usage.")
POLICY_EVALUATED = _policy(
    "policy.evaluated",
    "A policy was applied to what an allocation has used.",
    waldur="slurm_policy_evaluation",
)
POLICY_NOTIFICATION_DUE = Kind(
    "policy.notification_due",
    "An allocation has used so much that its organization's owners are to be told.",
    group=Group.ACCOUNTING,
    readers=Readers.BOTH_SIDES,
    waldur="policy_notification",
)
POLICY_OWNERS_TOLD = Kind(
    "policy.owners_told",
    "The owners were told by mail of what their allocation has used.",
    group=Group.ACCOUNTING,
    readers=Readers.BOTH_SIDES,
)
POLICY_REMOVED = _policy("policy.removed", "An offering's policy of usage was removed.")
POLICY_SETTINGS_DUE = _policy(
    "policy.settings_due", "A site is to apply the limits that a policy has come to."
)
POLICY_UPDATED = _policy("policy.updated", "A policy changed; `changed` says what of it.")
