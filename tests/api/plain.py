"""What the API does with a plain noun, which staff keep and everybody reads who is logged in.

    NEWS = PlainNoun(
        "/api/news-items/",
        NewsItem,
        body={"title": "Downtime", "body": "On Monday.", "published_on": "2026-03-01"},
        change={"title": "Maintenance"},
        refused=(({}, {"title": ["This field is required."]}),),
    )

    def test_staff_keep_news(as_user, dave, mallory):
        check_kept(NEWS, as_user(dave), as_user(mallory))

Who may what beside the two is the table of permissions' question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from identity.models import Event
from tests.api.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.test import APIClient

Body = dict[str, Any]

TIMES = ("created", "modified")


class PlainNoun(NamedTuple):
    """A noun's address and model, a whole body, and what is put in its place.

    An answer is the body with `uuid`, `url`, `created` and `modified` (where there are such), and
    what it has `beside` them.
    What is `refused` are bodies, each with the whole refusal; the body itself is taken by then.
    """

    at: str
    model: Any
    body: Body
    change: Body
    refused: Sequence[tuple[Body, Body]] = ()
    beside: Mapping[str, Any] = {}

    def whole(self, uuid: str, body: Body) -> Body:
        """Return the answer for the row with the UUID when a body has been sent."""
        row = self.model.objects.get(uuid=uuid)
        times = {name: iso(getattr(row, name)) for name in TIMES if hasattr(row, name)}
        return {
            **body,
            **self.beside,
            "url": f"http://testserver{self.at}{uuid}/",
            "uuid": uuid,
            **times,
        }


def check_kept(noun: PlainNoun, keeper: APIClient, reader: APIClient) -> None:
    """Have a row made, read, changed, refused and removed, each with its whole answer."""
    made = keeper.post(noun.at, noun.body, format="json")
    assert made.status_code == 201, made.content
    uuid, url = made.json()["uuid"], made.json()["url"]
    assert made.json() == noun.whole(uuid, noun.body)
    assert made["Location"] == url
    assert reader.get(noun.at).json() == [made.json()]
    assert reader.get(url).json() == made.json()

    for send, body in ((keeper.patch, noun.change), (keeper.put, {**noun.body, **noun.change})):
        changed = send(url, body, format="json")
        assert changed.status_code == 200, changed.content
        assert changed.json() == noun.whole(uuid, {**noun.body, **noun.change})
    back = keeper.put(url, noun.body, format="json")
    assert back.json() == noun.whole(uuid, noun.body)

    for body, refusal in noun.refused:
        answer = keeper.post(noun.at, body, format="json")
        assert (answer.status_code, answer.json()) == (400, refusal), body
    assert noun.model.objects.count() == 1

    assert keeper.delete(url).status_code == 204
    for gone in (reader.get(url), keeper.delete(url), keeper.patch(url, noun.change)):
        words = {"detail": f"No {noun.model.__name__} matches the given query."}
        assert (gone.status_code, gone.json()) == (404, words)
    assert not noun.model.objects.exists()
    about = Event.objects.filter(subject_uuid=uuid).order_by("pk").values_list("kind", flat=True)
    assert [kind.partition(".")[2] for kind in about] == [
        "created",
        "updated",
        "updated",
        "removed",
    ]


def listed(client: APIClient, at: str, key: str, **query: Any) -> list[Any]:
    """Return what a list answers under a key of each row."""
    answer = client.get(at, query)
    assert answer.status_code == 200, answer.content
    return [row[key] for row in answer.json()]
