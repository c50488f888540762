"""What belongs to machines is nobody's: numbers and names of accounts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from allocations.usernames import (
    Names,
    UsernamePolicy,
    is_account_name,
    is_reserved,
    propose,
    propose_shared,
)
from identity.system_ids import site_gid, site_uid

ALSO = """
    _apt _ssh _x admin administrator ansible beegfs centos ceph cloud-init cloud-user debian docker
    ec2-user elasticsearch etcd fedora git gitlab-runner gpfs grafana influxdb jenkins kibana kube
    kvm libvirt lsf lsfadmin lustre lxd maui moab nagios nfsnobody oracle pbs prometheus puppet
    rabbitmq rocky slurmdbd sudo systemd-timesync torque ubuntu vagrant weka wheel zabbix
"""
SYSTEM = [
    "root",
    "Root",
    "ROOT",
    "daemon",
    "bin",
    "nobody",
    "slurm",
    "munge",
    "sshd",
    "systemd-network",
    *ALSO.split(),
]


def test_names_of_machines_are_reserved_in_every_case():
    assert [name for name in SYSTEM if not is_reserved(name)] == []
    assert [
        name
        for name in ("roots", "anna", "binh", "manuel", "rooted", "_3cpo", "a_b", "kuber")
        if is_reserved(name)
    ] == []


def test_the_service_gives_nobody_a_name_of_machines():
    for name in SYSTEM:
        for policy in (UsernamePolicy.WALDUR_USERNAME, UsernamePolicy.IDENTITY_CLAIM):
            settings = {"username_generation_policy": policy.value}
            names = Names(username=name, claim=name)
            assert propose(settings, names, taken=()) == "", (name, policy)
        made = propose_shared(name, ())
        assert is_account_name(made)
        assert not is_reserved(made)


def test_a_provider_s_prefix_makes_no_names_of_machines():
    for prefix, begin in (("systemd-", "walduruser_"), ("_hpc", "walduruser_"), ("git", "git")):
        settings = {
            "username_generation_policy": UsernamePolicy.ANONYMIZED.value,
            "username_anonymized_prefix": prefix,
        }
        assert propose(settings, Names("x"), taken=()) == f"{begin}00000"


@pytest.mark.parametrize("check", [site_uid, site_gid])
def test_numbers_of_the_system_are_refused(check):
    for number in (0, 1, 99, 999, 65_534, 65_535, 2**31, 2**32 - 1):
        with pytest.raises(ValidationError):
            check(number)
    for number in (1000, 65_533, 65_536, 2**31 - 1):
        check(number)
    site_gid(100)
