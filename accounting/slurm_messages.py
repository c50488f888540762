"""What Slurm says of a job that does not start: what it means, which obstacles explain it. Pure.

The reasons are those of Slurm's own list (`squeue` prints them in brackets), the errors those that
`sbatch` and `srun` print. Most reasons are put together: whose limit, of what, and how counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.obstacles import Party

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LONGEST = 1000
"""How much of a text is taken: a few lines of what `sbatch` prints."""


@dataclass(frozen=True)
class Meaning:
    """What a message of Slurm's means: the obstacles that explain it, or else whom to ask."""

    sentence: str
    explained_by: tuple[str, ...]
    ask: tuple[Party, ...]
    otherwise: str


@dataclass(frozen=True)
class Recognized:
    """A message of Slurm's that was found in a text, in Slurm's spelling."""

    message: str
    meaning: Meaning


HELD = ("paused_by_policy", "allocation_paused")
SLOWED = ("downscaled_by_policy", "allocation_downscaled")
USED_UP = ("own_limit_reached", "limit_reached", "limit_reached_in_grace")
NOT_THERE = (
    *("person_deactivated", "vetting_refused", "organization_removed", "project_removed"),
    *("project_over", "role_disabled", "role_expired", "role_taken", "role_missing"),
    *("offering_closed", "offering_unavailable", "order_awaits_organization"),
    *("order_awaits_provider", "order_awaits_start", "allocation_creating", "allocation_erred"),
    *("allocation_terminating", "allocation_terminated", "allocation_ended_for_now"),
    *("allocation_at_its_end", "members_kept_out", "not_vetted", "assurance_too_low"),
    *("login_too_weak", "offering_terms_outdated", "offering_terms_not_accepted"),
    *("account_due", "account_waits", "account_missing", "account_creating"),
    *("account_awaits_linking", "account_awaits_validation", "account_erred", "account_leaving"),
    *("username_pending", "account_kept_out", "account_let_in_soon", "something_personal"),
    *("association_missing", "association_unreported", "not_synced_yet", "site_name_missing"),
    "agent_silent",
)
"""Why a site may know nothing of somebody in an allocation."""

SITE = (Party.PROVIDER,)
ITSELF = (Party.PERSON,)

ASSOCIATION = Meaning(
    "Slurm knows no association of the person with the account that the job names, or not in that"
    " partition.",
    (*NOT_THERE, *HELD),
    SITE,
    "Check the account's name in the job first (--account); if it is right, the site has to look"
    " at the association.",
)
QOS = Meaning(
    "The job asks for a quality of service that the person's association may not use.",
    (*HELD, *SLOWED, *NOT_THERE),
    SITE,
    "Leave out --qos, or ask the site which ones the allocation may use.",
)
SPENT = Meaning(
    "What the account, or the person in it, may use over time is used up, or the job would go"
    " beyond it.",
    (*HELD, *USED_UP, *SLOWED),
    SITE,
    "By what was reported here something is left. A shorter or smaller job may start; else the"
    " site's own limit differs from the one here, or its usage has not been reported yet.",
)
AT_ONCE = Meaning(
    "The account, or the person in it, uses as much at one time as the site allows; the job waits"
    " until others end.",
    (*HELD, *SLOWED),
    (*ITSELF, *SITE),
    "Wait for running jobs to end. Such limits are the site's own and not known here.",
)
SUBMITTED = Meaning(
    "The account, or the person in it, may submit no more jobs, or no jobs of that size.",
    (*HELD, *SLOWED, *USED_UP),
    (*ITSELF, *SITE),
    "Wait for jobs in the queue to end, or ask for less. Such limits are the site's own and not"
    " known here.",
)
TOO_LARGE = Meaning(
    "The job asks for more than one job may have there, or for less than it must, or for something"
    " that no node has.",
    SLOWED,
    (*ITSELF, *SITE),
    "Change what the job asks for. It has nothing to do with what the allocation was granted.",
)
HELD_BY_ADMIN = Meaning(
    "Somebody who runs the site holds the job.",
    (*HELD, *SLOWED),
    SITE,
    "Ask the site why, and to release it.",
)
HELD_BY_PERSON = Meaning(
    "The person themselves, or a coordinator of the account, holds the job.",
    (),
    ITSELF,
    "Release it: scontrol release, with the job's number.",
)
WAITS = Meaning(
    "The job waits for its turn, for free nodes, or for something that it asked to wait for. That"
    " is how a queue works, and no fault of the allocation.",
    (),
    ITSELF,
    "Wait; smaller and shorter jobs start earlier.",
)
MACHINE = Meaning(
    "Nodes, a partition or Slurm itself are not available at the moment.",
    ("offering_unavailable", "offering_closed"),
    SITE,
    "Look at the site's announcements, or ask it.",
)
PARTITION = Meaning(
    "The job names a partition, a reservation or a key that is not there, or that the account or"
    " the person may not use.",
    NOT_THERE,
    SITE,
    "Check what the job names; else ask the site which partitions the allocation may use.",
)
FAILED = Meaning(
    "The job began and failed, or can never begin as it was submitted.",
    (),
    (*ITSELF, *SITE),
    "Look at the job's own output. It has nothing to do with what the allocation was granted.",
)

_NAMED: Mapping[str, Meaning] = {
    **dict.fromkeys(("InvalidAccount", "AccountNotAllowed"), ASSOCIATION),
    **dict.fromkeys(("InvalidQOS", "QOSNotAllowed", "QOSUsageThreshold"), QOS),
    **dict.fromkeys(("AssociationTimeLimit", "QOSTimeLimit"), SPENT),
    **dict.fromkeys(("AssociationJobLimit", "AssociationResourceLimit"), AT_ONCE),
    **dict.fromkeys(("QOSJobLimit", "QOSResourceLimit"), AT_ONCE),
    "AccountingPolicy": SUBMITTED,
    **dict.fromkeys(("BadConstraints", "MaxMemPerLimit", "PartitionConfig"), TOO_LARGE),
    **dict.fromkeys(("PartitionNodeLimit", "PartitionTimeLimit", "DeadLine"), TOO_LARGE),
    "JobHeldAdmin": HELD_BY_ADMIN,
    "JobHeldUser": HELD_BY_PERSON,
    **dict.fromkeys(("BeginTime", "BurstBufferResources", "BurstBufferStageIn"), WAITS),
    **dict.fromkeys(("Cleaning", "Constraints", "Dependency", "FedJobLock", "Licenses"), WAITS),
    **dict.fromkeys(("JobArrayTaskLimit", "None", "Priority", "Prolog"), WAITS),
    **dict.fromkeys(("Reservation", "Resources", "SchedDefer"), WAITS),
    **dict.fromkeys(("NodeDown", "PartitionDown", "PartitionInactive"), MACHINE),
    **dict.fromkeys(("ReqNodeNotAvail", "SystemFailure", "BurstBufferOperation"), MACHINE),
    "ReservationDeleted": PARTITION,
    **dict.fromkeys(("DependencyNeverSatisfied", "InactiveLimit", "JobHoldMaxRequeue"), FAILED),
    **dict.fromkeys(("JobLaunchFailure", "NonZeroExitCode", "OutOfMemory"), FAILED),
    "TimeLimit": FAILED,
}
"""The reasons of Slurm's list that have a name of their own."""

_COUNTED = (
    *("BB", "Billing", "Cpu", "Energy", "GRES", "License", "Mem", "Memory", "Node"),
    "Unknown",
)


def _composed() -> dict[str, Meaning]:
    """Return the reasons that are put together, whichever of them there are in a release."""
    made: dict[str, Meaning] = {}
    for whose in ("Assoc", "QOS"):
        for what in _COUNTED:
            for end in ("", "Limit"):
                over_time = what.replace("Cpu", "CPU")
                made[f"{whose}Grp{over_time}Minutes{end}"] = SPENT
                made[f"{whose}Grp{over_time}RunMinutes{end}"] = AT_ONCE
                made[f"{whose}Grp{what}{end}"] = AT_ONCE
                made[f"{whose}Max{what}MinutesPerJob{end}"] = SPENT
                made[f"{whose}Max{what}PerJob{end}"] = TOO_LARGE
                made[f"{whose}Max{what}PerNode{end}"] = TOO_LARGE
                made[f"{whose}Max{what}PerUser{end}"] = AT_ONCE
            made[f"Max{what}PerAccount"] = AT_ONCE
            made[f"{whose}Min{what}"] = made[f"{whose}Min{what}NotSatisfied"] = TOO_LARGE
        made[f"{whose}GrpWallLimit"] = SPENT
        made[f"{whose}GrpJobsLimit"] = made[f"{whose}MaxJobsLimit"] = AT_ONCE
        made[f"{whose}MaxJobsPerUserLimit"] = made["MaxJobsPerAccount"] = AT_ONCE
        made[f"{whose}GrpSubmitJobsLimit"] = made[f"{whose}MaxSubmitJobLimit"] = SUBMITTED
        made[f"{whose}MaxSubmitJobPerUserLimit"] = made["MaxSubmitJobsPerAccount"] = SUBMITTED
        made[f"{whose}MaxWallDurationPerJobLimit"] = TOO_LARGE
    return made


_REASONS: Mapping[str, tuple[str, Meaning]] = {
    name.lower(): (name, meaning) for name, meaning in {**_composed(), **_NAMED}.items()
}
_ORDINARY = frozenset(name.lower() for name in _NAMED if not re.search("[A-Z]", name[1:]))
"""Reasons that are words of English too: they count alone, or in brackets as `squeue` has them."""

_ERRORS: Mapping[str, Meaning] = {
    "Invalid account or account/partition combination specified": ASSOCIATION,
    "Invalid qos specification": QOS,
    "Requested account has breached requested QOS usage threshold": QOS,
    "Job violates accounting/QOS policy": SUBMITTED,
    "MaxJobCount limit reached": MACHINE,
    "Requested time limit is invalid": TOO_LARGE,
    "Requested node configuration is not available": TOO_LARGE,
    "More processors requested than permitted": TOO_LARGE,
    "Node count specification invalid": TOO_LARGE,
    "CPU count specification invalid": TOO_LARGE,
    "Memory required by task is not available": TOO_LARGE,
    "Invalid generic resource (gres) specification": TOO_LARGE,
    "Invalid feature specification": TOO_LARGE,
    "Requested partition configuration not available now": MACHINE,
    "Required partition not available (inactive or drain)": MACHINE,
    "Required node not available (down, drained or reserved)": MACHINE,
    "Unable to contact slurm controller": MACHINE,
    "Slurm backup controller in standby mode": MACHINE,
    "Invalid partition name specified": PARTITION,
    "No partition specified or system default partition": PARTITION,
    "User's group not permitted to use this partition": PARTITION,
    "Access denied to requested reservation": PARTITION,
    "Requested reservation is invalid": PARTITION,
    "Invalid wckey specification": PARTITION,
    "Access/permission denied": PARTITION,
    "Invalid user id": ASSOCIATION,
    "Job dependency problem": WAITS,
    "Requested nodes are busy": WAITS,
    "Licenses currently unavailable": WAITS,
    "Job is in held state, pending scheduler release": HELD_BY_ADMIN,
    "launch failed requeued held": FAILED,
}
"""What is printed where a job is not taken, or not started."""

_WORD = re.compile(r"[A-Za-z]{4,60}")


def recognize(text: str) -> Recognized | None:
    """Return what Slurm says in a text: a reason before an error, and the first of several.

    Whatever is longer than `LONGEST` is looked at as far as that.
    """
    said = " ".join(text[:LONGEST].split())
    lowered = said.lower()
    if alone := _REASONS.get(lowered.strip(" ()[].,:;\"'")):
        return Recognized(*alone)
    for word in _WORD.finditer(lowered):
        reason = _REASONS.get(word[0])
        if reason and (word[0] not in _ORDINARY or _is_bracketed(lowered, word)):
            return Recognized(*reason)
    places = {error: lowered.find(error.lower()) for error in _ERRORS}
    first = min((e for e, at in places.items() if at >= 0), key=places.__getitem__, default=None)
    return Recognized(first, _ERRORS[first]) if first else None


def explaining(meaning: Meaning, codes: Collection[str]) -> list[str]:
    """Return which of the obstacles there are explain a message, in the order of the obstacles."""
    return [code for code in dict.fromkeys(codes) if code in meaning.explained_by]


def _is_bracketed(text: str, word: re.Match[str]) -> bool:
    return text[: word.start()].endswith("(") and text[word.end() : word.end() + 1] in {")", ","}
