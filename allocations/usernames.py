"""Names of people at sites: what can be one, and those that the service makes itself. Pure.

Names are compared without case (`same_name`), as Slurm and LDAP do. What the service makes is a
name on every Linux; what a site tells need only be one that `useradd` takes somewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_LENGTH = 32
"""As long as the name of an account may be on Linux (`useradd`)."""

NUMBER_LENGTH = 6
"""What is left for a number behind the beginning of a name."""

DEFAULT_PREFIX = "walduruser_"


class UsernamePolicy(StrEnum):
    """Who names people at a site, in the words of an offering's `plugin_options`.

    No FreeIPA is connected here: a site that uses one names those people itself. The claim is what
    the person's identity provider calls them at sites (`site_username` among their details).
    """

    SERVICE_PROVIDER = "service_provider"
    ANONYMIZED = "anonymized"
    FULL_NAME = "full_name"
    WALDUR_USERNAME = "waldur_username"
    FREEIPA = "freeipa"
    IDENTITY_CLAIM = "identity_claim"


OWN_NAMES = frozenset({UsernamePolicy.WALDUR_USERNAME, UsernamePolicy.IDENTITY_CLAIM})
"""The policies under which people bring their names with them."""


def policy_of(settings: Mapping[str, object]) -> UsernamePolicy:
    """Return an offering's policy; one that is absent or unknown leaves it to the site."""
    try:
        return UsernamePolicy(str(settings.get("username_generation_policy")))
    except ValueError:
        return UsernamePolicy.SERVICE_PROVIDER


@dataclass(frozen=True)
class Names:
    """What a person is called: here, by other people, and by their identity provider at sites."""

    username: str
    first_name: str = ""
    last_name: str = ""
    claim: str = ""


def same_name(name: str) -> str:
    """Return what two names have in common that are one and the same at a site."""
    return name.lower()


def is_site_name(name: str) -> bool:
    """Tell whether `useradd` takes a name: that of the shadow suite, which refuses bare numbers."""
    form = r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_.$-]?"
    return (
        re.fullmatch(form, name) is not None
        and not name.isdecimal()
        and name not in {".", ".."}
        and len(name) <= MAX_LENGTH
    )


def stem(settings: Mapping[str, object], names: Names) -> str:
    """Return what a person's name at the site begins with; empty when the site names them."""
    room = MAX_LENGTH - NUMBER_LENGTH
    prefix = _spelt(str(settings.get("username_anonymized_prefix") or ""))
    if not prefix or is_reserved(f"{prefix}0"):
        prefix = DEFAULT_PREFIX
    words = [word for name in (names.first_name, names.last_name) if (word := _plain(name))]
    begins = {
        UsernamePolicy.WALDUR_USERNAME: _spelt(names.username)[:MAX_LENGTH],
        UsernamePolicy.IDENTITY_CLAIM: names.claim if is_site_name(names.claim) else "",
        UsernamePolicy.ANONYMIZED: prefix[:room],
        UsernamePolicy.FULL_NAME: _spelt("_".join(words))[:room].rstrip("_"),
    }
    return begins.get(policy_of(settings), "")


def propose(settings: Mapping[str, object], names: Names, *, taken: Collection[str]) -> str:
    """Return a name that is not taken at the offering; empty when the site names the person.

    `taken` are the others' names, in any case. Under `waldur_username` and `identity_claim` the
    name is the person's own or none: another one would be somebody else's.
    """
    policy = policy_of(settings)
    begin = stem(settings, names)
    others = {same_name(name) for name in taken}
    if not begin or policy in OWN_NAMES:
        return "" if same_name(begin) in others or is_reserved(begin) else begin
    form = "{}{:05d}" if policy is UsernamePolicy.ANONYMIZED else "{}_{:02d}"
    numbered = (form.format(begin, number) for number in count(0))
    return next(name for name in numbered if same_name(name) not in others)


def is_account_name(name: str) -> bool:
    """Tell whether every Linux takes a name for an account."""
    return re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name) is not None


def propose_shared(wanted: str, taken: Collection[str]) -> str:
    """Return a name for an account that is nobody's own: what is wanted, or numbered from 2 on."""
    begin = re.sub(r"[^a-z0-9_-]+", "-", anyascii(wanted).lower()).strip("-")
    if not is_account_name(begin[:1]) or is_reserved(begin):
        begin = f"svc-{begin}".rstrip("-")
    begin = begin[: MAX_LENGTH - NUMBER_LENGTH]
    taken = {same_name(name) for name in taken}
    numbered = (f"{begin}-{number}" for number in count(2))
    return begin if begin not in taken else next(name for name in numbered if name not in taken)


def _spelt(name: str) -> str:
    """Return a name as every Linux takes it, however long: `Ünal@site.org` is `unal_site_org`."""
    spelt = re.sub(r"[^a-z0-9_-]+", "_", anyascii(name).lower()).lstrip("-")
    return spelt if not spelt or is_account_name(spelt[:1]) else f"_{spelt}"


def _plain(name: str) -> str:
    """Return a name in lower-case Latin letters and digits, whatever its script."""
    return re.sub(r"[^a-z0-9]", "", anyascii(name).lower())


_OF_MACHINES = """
    _apt _chrony abrt adm admin administrator almalinux amandabackup ansible apache audio avahi
    avahi-autoipd azureuser backup beegfs bin bind cdrom centos ceph chrony clevis cloud-init
    cloud-user cloudadmin cockpit-ws cockpit-wsinstance colord containerd crontab daemon dbus
    debian dhcpcd dialout dip disk dnsmasq docker dockerroot dovecot ec2-user elasticsearch etcd
    exim fax fedora floppy freerad ftp fwupd-refresh games gdm gdm3 geoclue git gitlab
    gitlab-runner gitlab-www gluster gnats gnome-initial-setup gpfs grafana hacluster halt
    haproxy httpd icinga influx influxdb input irc jenkins k3s kibana kmem kube kubelet
    kubernetes kvm landscape ldap libvirt libvirt-dnsmasq libvirt-qemu lightdm list lock
    logstash lp lsf lsfadmin lustre lxc lxd mail mailnull man mariadb maui memcache memcached
    messagebus minio moab mongodb munge mysql nagios named netdata news nfsnobody nginx
    nm-openconnect nm-openvpn nobody node-exporter node_exporter nogroup nscd nslcd ntp ntpsec
    opc opendkim opendmarc opensearch opensuse openvpn operator oprofile oracle pbs pbsadmin
    pbsdata pcp pesign pipewire plugdev podman polkitd pollinate postfix postgres postgresql
    prometheus proxy pulse pulse-access puppet qemu rabbitmq radiusd redis render rhel rngd
    rocky root rpc rpcbind rpcuser rpm rstudio-server rtkit rtkit-daemon saned sasl saslauth
    sddm setroubleshoot sge sgeadmin sgx shadow shutdown sles slurm slurmadmin slurmctld slurmd
    slurmdbd slurmrestd smbd smmsp speech-dispatcher squid src ssh sshd sssd staff statd statsd
    stunnel sudo swtpm sync sys syslog systemd tape tcpdump telegraf tomcat toor torque tpm
    traefik tss tty ubuntu ubuntu-user unbound usbmux usbmuxd users utempter utmp uucp uuidd
    vagrant varnish vboxadd video vnstat voice weka wheel whoopsie www-data xrdp zabbix
"""
RESERVED = frozenset(_OF_MACHINES.split())
"""Accounts and groups that machines have for themselves; nobody is called so."""

_BEGINNINGS = re.compile("systemd-|_(?![0-9])")
"""How machines begin what they make up themselves: Debian, BSD and macOS with `_`.

With `_` and a digit begins what the service makes of a name that begins with the digit.
"""


def is_reserved(name: str) -> bool:
    """Tell whether a name belongs to machines, in whatever case it is written."""
    plain = name.strip().lower().removesuffix("$")
    return plain in RESERVED or _BEGINNINGS.match(plain) is not None
