"""A receiver of webhooks: verified, failing, coming back, replayed to; and mails."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.core import mail

from common.sealing import seal
from identity.models import Event
from identity.services import outbox
from notifications.bus import posting
from notifications.models import Hook, HookAttempt, HookDelivery, HookPosition
from notifications.services import hook_planning, hook_replay, hook_runs, hooks
from notifications.services.hook_replay import Stretch
from tests.factories.notifications import EmailHookFactory, WebHookFactory
from tests.receiver import free_port, receiving

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class Clock:
    """A clock that stands still unless it is put on."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def made(receiver, alice, now):
    """Return a hook that leads to the receiver, and its secret."""
    return hooks.create_web(
        destination_url=receiver.url, event_kinds=["*"], actor=alice, now=now - timedelta(seconds=1)
    )


@pytest.fixture
def run(clock):
    return lambda: hook_runs.run(clock=clock)


def tell(now):
    outbox.put_in_order({}, now=now)
    while hook_planning.plan(now=now):
        pass


def test_what_is_received_is_signed_and_says_what_happened(made, receiver, happen, run):
    _hook, secret = made
    of_itself = Event.objects.get(kind="web_hook.created")
    (event,) = happen(kind="order.done", message="Done.", payload={"order_uuid": "x"})

    assert run() == 2

    assert receiver.took() == [of_itself.uuid.hex, event.uuid.hex]
    received = receiver.received[-1]
    assert received.path == "/hook?site=one"
    assert received.is_signed_with(secret)
    assert not received.is_signed_with("whsec_AAAA")
    assert received.headers["webhook-id"] == event.uuid.hex
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("EFP-Allocations/")
    assert {name: received.payload[name] for name in ("uuid", "event_type", "kind", "message")} == {
        "uuid": event.uuid.hex,
        "event_type": "marketplace_order_completed",
        "kind": "order.done",
        "message": "Done.",
    }
    assert list(HookAttempt.objects.values_list("status", "answer").distinct()) == [(200, "ok")]


def test_a_form_carries_the_same(made, receiver, happen, run, alice, now):
    hook, secret = made
    hooks.change(hook, wanted={"content_type": "form"}, actor=alice, now=now)
    (event,) = happen(kind="order.done", payload={"a": 1})
    run()

    received = receiver.received[-1]
    form = parse_qs(received.body.decode(), keep_blank_values=True)
    assert received.is_signed_with(secret)
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["uuid"] == [event.uuid.hex]
    assert '"a": 1' in form["context"][0]


def test_a_receiver_fails_recovers_and_has_everything_replayed_to_it(
    made, receiver, happen, run, clock, alice, monkeypatch
):
    hook, secret = made
    subjects = [uuid4() for _ in range(3)]
    events = [happen(subject_uuid=subjects[n % 3])[0] for n in range(9)]
    receiver.status = 500
    for _ in range(40):  # it fails for five days
        run()
        clock.now += timedelta(hours=3)
    assert HookDelivery.objects.filter(hook_id=hook.pk, dead=True).count() == 10
    assert len(receiver.received) < 500

    receiver.status, receiver.received = 200, []
    assert run() == 0
    replayed = hook_replay.replay(hook, actor=alice, now=clock.now)
    assert replayed.replayed == 10
    clock.now += timedelta(seconds=1)
    while run():
        pass

    wanted = [event.uuid.hex for event in events]
    took = [uuid for uuid in receiver.took() if uuid in wanted]
    assert took == wanted
    monkeypatch.setattr("time.time", clock.now.timestamp)  # as the receiver's clock
    assert all(one.is_signed_with(secret) for one in receiver.received)

    receiver.received = []  # it lost all of it, and asks for the stretch again
    stretch = Stretch(after=events[1].sequence, before=events[7].sequence)
    assert hook_replay.replay(hook, stretch=stretch, actor=alice, now=clock.now).replayed == 6
    run()
    assert receiver.took() == wanted[2:8]


def test_two_secrets_are_valid_while_they_overlap(made, receiver, happen, run, alice, clock, now):
    hook, old = made
    new = hooks.rotate_secret(hook, overlap=timedelta(hours=1), actor=alice, now=now)
    happen()
    run()
    assert receiver.received[-1].is_signed_with(old)
    assert receiver.received[-1].is_signed_with(new)

    clock.now += timedelta(hours=1)
    happen(at=clock.now)
    run()
    assert int(receiver.received[-1].headers["webhook-timestamp"]) == int(clock.now.timestamp())
    assert len(receiver.received[-1].headers["webhook-signature"].split()) == 1


def test_a_redirect_is_a_refusal_and_is_not_followed(made, receiver, happen, run):
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    happen()
    run()

    assert len(receiver.received) <= 5  # each of what is due once
    assert set(HookAttempt.objects.values_list("status", "error")) == {(307, "HTTP 307")}


def test_nobody_listening_is_kept_as_the_reason(alice, happen, run, now, receiver):
    nobody = f"http://127.0.0.1:{free_port()}/"
    WebHookFactory(author=alice, created=now, destination_url=nobody)
    happen()
    run()

    attempt = HookAttempt.objects.get()
    assert (attempt.status, "refused" in attempt.error.lower()) == (None, True)


def test_without_the_operators_leave_nothing_is_sent_within(made, receiver, happen, run, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    Hook.objects.update(destination_url=receiver.url.replace("http:", "https:"))
    happen()
    run()

    assert receiver.received == []
    assert HookAttempt.objects.get().error == (
        "NotAllowed: The address is not one of the public internet."
    )


def test_a_name_that_leads_within_by_now_is_refused(made, receiver, happen, run, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    Hook.objects.update(destination_url="https://localhost.localdomain/")
    happen()
    run()

    assert receiver.received == []
    assert HookAttempt.objects.get().status is None


def test_a_slow_receiver_does_not_hold_up_the_others(
    made, receiver, happen, run, alice, now, monkeypatch
):
    receiver.gate.clear()
    with receiving() as quick:
        WebHookFactory(author=alice, created=now, destination_url=quick.url)
        for _ in range(5):
            happen(subject_uuid=uuid4())
        monkeypatch.setattr(hook_runs, "RUN", timedelta(minutes=5))
        told_meanwhile = []

        def let_go() -> None:
            while len(quick.received) < 5 and not receiver.gate.wait(0.02):
                pass
            told_meanwhile.append(len(receiver.received))
            receiver.gate.set()

        waiting = threading.Thread(target=let_go)
        waiting.start()
        hook_runs.run(clock=Running(now))
        receiver.gate.set()
        waiting.join()

    assert len(quick.received) >= 5
    assert told_meanwhile == [1]  # it was told one thing at a time, and that one was not answered


class Running:
    """A clock that runs on from a moment."""

    def __init__(self, now):
        self.now, self.begun = now, time.monotonic()

    def __call__(self):
        return self.now + timedelta(seconds=time.monotonic() - self.begun)


def test_a_receiver_that_never_ends_its_answer_is_cut_off(made, receiver, happen, run, monkeypatch):
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.4)
    receiver.delay = 0.6
    happen()
    run()

    assert set(HookAttempt.objects.values_list("status", flat=True)) == {None}


def test_a_receiver_that_does_not_answer_takes_too_long(made, receiver, happen, run, monkeypatch):
    monkeypatch.setattr(posting, "READ_SECONDS", 0.1)
    receiver.delay = 0.3
    happen()
    run()

    assert set(HookAttempt.objects.values_list("error", flat=True)) == {"It took too long."}


def test_a_secret_whose_key_is_lost_fails_the_delivery_alone(made, receiver, happen, run, settings):
    sealed = seal("whsec_AAAA")
    settings.ENCRYPTION_KEYS = ["another key, under which nothing was ever sealed by anybody"]
    assert sealed
    happen()
    run()

    assert receiver.received == []
    assert "ENCRYPTION_KEYS" in HookAttempt.objects.latest("pk").error


def test_a_second_run_leaves_the_first_alone(made, receiver, happen, run, now, clock):
    happen()
    HookPosition.objects.update(sending_until=now + timedelta(seconds=5))
    assert run() == 0
    clock.now += timedelta(seconds=5)
    assert run() == 2
    assert HookPosition.objects.get().sending_until is None


def test_a_ping_reaches_its_hook_and_no_other(made, receiver, run, alice, dave, now):
    hook, secret = made
    other = WebHookFactory(author=dave, created=now, destination_url=receiver.url)
    hooks.change(hook, wanted={"event_kinds": ["order.done"]}, actor=alice, now=now)
    tell(now)
    HookDelivery.objects.all().delete()

    event = hooks.ping(hook, actor=alice, now=now)
    tell(now)
    run()

    assert receiver.took() == [event.uuid.hex]
    assert receiver.received[0].payload["kind"] == "web_hook.pinged"
    assert receiver.received[0].is_signed_with(secret)
    assert not HookDelivery.objects.filter(hook_id=other.pk).exists()


def test_a_mail_says_what_happened_and_how_it_is_switched_off(alice, happen, run, now, settings):
    settings.DEFAULT_FROM_EMAIL = "noreply@efp.example"
    hook = EmailHookFactory(author=alice, created=now)
    happen(kind="order.done", message="Order\nof Climate is done.")
    happen(kind="order.done")
    assert run() == 2

    (sent,) = mail.outbox
    assert (sent.subject, sent.to, sent.from_email) == (
        "[EFP Allocations] 2 events",
        [alice.email],
        "noreply@efp.example",
    )
    moment = f"{now:%Y-%m-%d %H:%M}"
    assert f"{moment}  order.done  Order of Climate is done.\n" in sent.body
    assert f"{moment}  order.done  order.done\n" in sent.body
    assert f'PATCH /api/hooks-email/{hook.uuid.hex}/ {{"is_active": false}}' in sent.body
    assert "Alice Tester" in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_one_event_is_the_subject_of_its_mail(alice, happen, run, now):
    EmailHookFactory(author=alice, created=now)
    happen(message="The order\r\nBcc: all@example.org")
    run()

    assert mail.outbox[0].subject == "[EFP Allocations] The order Bcc: all@example.org"


def test_a_mail_server_that_is_away_is_tried_again(alice, happen, run, clock, settings, now):
    EmailHookFactory(author=alice, created=now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = free_port()
    happen()
    run()
    assert "ConnectionRefusedError" in HookAttempt.objects.get().error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.now += timedelta(seconds=10)
    assert run() == 1
    assert len(mail.outbox) == 1
