"""A write that insists on a version and one that does not wait in turn, and never for ever."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_changes_of_a_project_with_and_without_a_version_do_not_lock_each_other_out(
    project, alice, as_user
):
    path = f"/api/projects/{project.uuid.hex}/"
    clients = [as_user(alice) for _ in range(6)]
    tag = clients[0].get(path)["ETag"]
    ready, statuses = threading.Barrier(6), []

    def change(number):
        headers = {"HTTP_IF_MATCH": tag} if number % 2 else {}
        ready.wait()
        try:
            body = {"description": f"by {number}", "end_date": f"2099-01-0{number + 1}"}
            statuses.append(clients[number].patch(path, body, **headers).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 6
    assert set(statuses) <= {200, 412}
    assert statuses.count(200) >= 3
