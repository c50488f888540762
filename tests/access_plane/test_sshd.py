"""A real sshd lets in whom the service names, by a certificate that ssh-keygen made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from allocations.models import OfferingUser
from allocations.services import site_access
from identity.models import User
from tests.access_plane.login_node import login_node, need_sshd, run
from tests.access_plane.world import make_researcher
from tests.receiver import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access_plane.login_node import LoginNode

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server: Any) -> Iterator[LoginNode]:
    need_sshd()
    with login_node(make_researcher(username="root"), live_server.url) as found:
        yield found


def test_whom_the_service_names_may_log_in_and_nobody_else(site: LoginNode) -> None:
    assert site.log_in(), (site.folder / "log").read_text()

    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=True)
    assert not site.log_in()
    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=False)
    assert site.log_in()
    User.objects.filter(pk=site.one.user.pk).update(is_active=False)
    assert not site.log_in()


def test_while_the_service_is_away_a_site_goes_on_with_what_was_signed(site: LoginNode) -> None:
    assert site.log_in()
    site.configure(f"http://127.0.0.1:{free_port()}")
    assert site.log_in()

    believed = site.kept.read_text()
    table = {
        "another person": believed.replace(site.one.cuid, "intruder@myaccessid.org"),
        "another time": believed.replace("# expires 2", "# expires 3"),
        "no signature": believed.partition("\n")[2],
        "nothing": "",
    }
    for what, kept in table.items():
        site.kept.write_text(kept)
        assert site.principals() == [], what
    site.kept.write_text(believed)
    assert site.principals() == [site.one.cuid]
    site.kept.rename(site.kept.with_name("other"))
    got = run(site.folder / "efp-principals", site.folder / "site-access.conf", "other")
    assert got.stdout == ""  # it is a list of another name


def test_a_site_that_may_not_know_lets_nobody_in(site: LoginNode) -> None:
    assert site.principals() == [site.one.cuid]
    (site.folder / "token.curl").write_text('header = "Authorization: Token wrong"\n')

    assert site.principals() == []
    assert not site.kept.exists()


def test_a_certificate_of_somebody_who_lost_access_is_revoked(site: LoginNode) -> None:
    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=True)
    site_access.follow([site.one.user.pk], now=timezone.now())
    site.revoke()

    shown = run("ssh-keygen", "-Q", "-f", site.folder / "revoked", site.folder / "root-cert.pub")
    assert "REVOKED" in shown.stdout

    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=False)
    assert not site.log_in()  # by the list alone
    site_access.follow([site.one.user.pk], now=timezone.now())
    site.revoke()
    assert site.log_in()
