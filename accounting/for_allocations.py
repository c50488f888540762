"""Of which events of the accounting sites are told (`allocations.contributions`)."""

from accounting import event_kinds as kinds

READ_WITH_RESOURCE = frozenset(
    {kinds.USER_LIMIT_CHANGED, kinds.USER_LIMIT_CREATED, kinds.USER_LIMIT_REMOVED}
)
"""What a site reads of an allocation when it reads that."""

SETTINGS_DUE = frozenset({kinds.POLICY_SETTINGS_DUE})
"""What a policy wants a site to set of an allocation."""
