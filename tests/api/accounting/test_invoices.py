"""Invoices: empty lists of the right shape until there is billing."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("noun", ["invoices", "invoice-items"])
def test_nothing_is_invoiced_and_clients_may_ask(as_user, client, bob, noun):
    at, reader = f"/api/{noun}/", as_user(bob)
    for query in ("", "?page=1&page_size=300&year=2026&month=11", "?field=uuid&page="):
        answer = reader.get(at + query)
        assert (answer.status_code, answer.json()) == (200, [])
        assert answer["X-Result-Count"] == "0"
        assert 'rel="first"' in answer["Link"]
    counted = reader.head(at)
    assert (counted.status_code, counted["X-Result-Count"], counted.content) == (200, "0", b"")
    assert reader.get(f"{at}?customer_uuid=x").status_code == 400
    assert reader.get(f"{at}?page=2").status_code == 404
    assert client.get(at).status_code == 401
