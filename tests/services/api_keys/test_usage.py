"""Usage of keys by month, and the limits that pause them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from allocations.key_limits import BadAmount
from allocations.models import ResourceApiKey
from allocations.services import api_key_reports as reports
from allocations.services import api_keys
from tests.factories.allocations import ResourceApiKeyFactory
from tests.services.api_keys.keys import kinds, stands

pytestmark = pytest.mark.django_db


def test_usage_is_summed_up_by_month_and_repeating_it_is_harmless(key, resource, carol, now):
    month = now.date().replace(day=1)
    for usages in ({"cpu_k_hours": 1.5, "gb_k_hours": 1}, {"cpu_k_hours": 2}, {"cpu_k_hours": 2}):
        reports.report_usage(key, usages=usages, actor=carol, now=now)
    key.refresh_from_db()
    assert (key.usage_period, key.current_usages) == (month, {"cpu_k_hours": 2, "gb_k_hours": 1})
    assert kinds() == ["usage_reported", "usage_reported"]

    gone = ResourceApiKeyFactory(resource=resource, state="Deleted", value="")
    reports.report_usage(gone, usages={"cpu_k_hours": 3}, actor=carol, now=now)
    ResourceApiKeyFactory(
        resource=resource, usage_period=date(2020, 1, 1), current_usages={"cpu_k_hours": 99}
    )
    keys = ResourceApiKey.objects.filter(resource=resource)
    assert api_keys.usage_totals(keys, month=month) == {"cpu_k_hours": 5, "gb_k_hours": 1}


def test_a_new_month_begins_with_nothing_and_an_old_one_is_over(key, carol, now):
    last = now.date().replace(day=1) - timedelta(days=1)

    def report(day, usages):
        reports.report_usage(key, usages=usages, billing_period=day, actor=carol, now=now)

    report(last, {"cpu_k_hours": 9})
    report(now.date(), {"gb_k_hours": 1})
    key.refresh_from_db()
    assert key.current_usages == {"gb_k_hours": 1}
    for day in (last, now.date() + timedelta(days=40)):
        with pytest.raises(reports.WrongMonth):
            report(day, {"cpu_k_hours": 1})
    with pytest.raises(BadAmount):
        report(now.date(), {"tokens": 1})


def test_usage_does_not_hide_from_the_site_what_it_left_undone(key, pi, carol, now):
    api_keys.rotate(key, actor=pi, now=now - timedelta(hours=1))
    reports.report_usage(key, usages={"cpu_k_hours": 1}, actor=carol, now=now)
    key.refresh_from_db()
    assert key.modified == now - timedelta(hours=1)


def test_a_key_is_paused_at_its_limit_and_resumed_below_it(key, pi, carol, now):
    ResourceApiKey.objects.update(limits={"cpu_k_hours": 5, "gb_k_hours": 0})

    def use(amount):
        usages = {"cpu_k_hours": amount, "gb_k_hours": 7}
        reports.report_usage(key, usages=usages, actor=carol, now=now)

    use(4)
    assert stands(key)[0] == "OK"
    use(5)
    assert (stands(key), key.paused_by_limit) == (("Updating", "pause", ""), True)
    use(6)
    reports.set_paused(key, actor=carol, now=now)
    use(7)
    assert stands(key)[0] == "Paused"
    api_keys.change(key, limits={"cpu_k_hours": 50}, actor=pi, now=now)
    use(7)
    assert (stands(key), key.paused_by_limit) == (("Updating", "resume", ""), False)
    reports.set_ok(key, actor=carol, now=now)
    assert stands(key) == ("OK", "", "")


def test_a_key_that_a_person_paused_stays_paused(key, pi, carol, now):
    api_keys.pause(key, actor=pi, now=now)
    reports.set_paused(key, actor=carol, now=now)
    reports.report_usage(key, usages={"cpu_k_hours": 0}, actor=carol, now=now)
    assert stands(key) == ("Paused", "", "")
