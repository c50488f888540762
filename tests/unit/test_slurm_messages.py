"""What Slurm says, recognized as it is printed; pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accounting import slurm_messages as slurm
from accounting.slurm_messages import LONGEST, explaining, recognize

SBATCH = "sbatch: error: Batch job submission failed: "
SAID = {
    "InvalidAccount": ("InvalidAccount", slurm.ASSOCIATION),
    "(InvalidQOS)": ("InvalidQOS", slurm.QOS),
    "(assocgrpcpuminuteslimit)": ("AssocGrpCPUMinutesLimit", slurm.SPENT),
    "AssocGrpGRESMinutes": ("AssocGrpGRESMinutes", slurm.SPENT),
    "(AssocGrpGRES)": ("AssocGrpGRES", slurm.AT_ONCE),
    "AssocGrpBillingMinutes": ("AssocGrpBillingMinutes", slurm.SPENT),
    "AssocGrpCPURunMinutesLimit": ("AssocGrpCPURunMinutesLimit", slurm.AT_ONCE),
    "AssocMaxSubmitJobLimit": ("AssocMaxSubmitJobLimit", slurm.SUBMITTED),
    "QOSGrpCPUMinutesLimit": ("QOSGrpCPUMinutesLimit", slurm.SPENT),
    "QOSGrpMemoryMinutes": ("QOSGrpMemoryMinutes", slurm.SPENT),
    "QOSMaxSubmitJobPerUserLimit": ("QOSMaxSubmitJobPerUserLimit", slurm.SUBMITTED),
    "QOSMaxWallDurationPerJobLimit": ("QOSMaxWallDurationPerJobLimit", slurm.TOO_LARGE),
    "QOSMaxGRESPerUser": ("QOSMaxGRESPerUser", slurm.AT_ONCE),
    "QOSMinCpuNotSatisfied": ("QOSMinCpuNotSatisfied", slurm.TOO_LARGE),
    "MaxSubmitJobsPerAccount": ("MaxSubmitJobsPerAccount", slurm.SUBMITTED),
    "AssociationJobLimit": ("AssociationJobLimit", slurm.AT_ONCE),
    "JobHeldAdmin": ("JobHeldAdmin", slurm.HELD_BY_ADMIN),
    "Priority": ("Priority", slurm.WAITS),
    "None": ("None", slurm.WAITS),
    "  123 standard job bob PD 0:00 4 (Resources)": ("Resources", slurm.WAITS),
    "(ReqNodeNotAvail, UnavailableNodes:nid[1-4])": ("ReqNodeNotAvail", slurm.MACHINE),
    f"{SBATCH}Invalid account or account/partition combination specified": (
        "Invalid account or account/partition combination specified",
        slurm.ASSOCIATION,
    ),
    f"{SBATCH}INVALID  qos\nspecification": ("Invalid qos specification", slurm.QOS),
    f"sbatch: error: AssocMaxSubmitJobLimit\n{SBATCH}Job violates accounting/QOS policy (job submit"
    " limit, user's size and/or time limits)": ("AssocMaxSubmitJobLimit", slurm.SUBMITTED),
    f"{SBATCH}Job violates accounting/QOS policy (job submit limit)": (
        "Job violates accounting/QOS policy",
        slurm.SUBMITTED,
    ),
}
UNKNOWN = ("", "?", "Segmentation fault", "There are no resources and no priority", "x" * 5000)


def test_what_slurm_says_is_recognized_however_it_is_pasted():
    found = {text: recognize(text) for text in SAID}

    assert {text: (one.message, one.meaning) for text, one in found.items() if one} == SAID
    assert [recognize(text) for text in UNKNOWN] == [None] * len(UNKNOWN)


@given(st.text(max_size=2 * LONGEST))
def test_whatever_is_pasted_is_answered(text):
    found = recognize(text)

    assert found is None or found.message.lower() in " ".join(text.split()).lower()


@given(st.sampled_from(sorted(slurm._REASONS)), st.sampled_from(("{}", "({})", "sbatch: ({})")))
def test_every_reason_is_recognized_in_any_case_and_in_brackets(name, form):
    assert recognize(form.format(name.upper())) == recognize(name)
    assert recognize(name) is not None


def test_what_explains_a_message_is_in_the_order_of_the_obstacles():
    codes = ["role_missing", "limit_reached", "allocation_paused", "limit_reached"]

    assert explaining(slurm.SPENT, codes) == ["limit_reached", "allocation_paused"]
    assert explaining(slurm.WAITS, codes) == []
