"""`/api/schema/`: one document of a version, from memory, without a question to the database."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.about import document
from config.about.document import Document

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_it_is_what_was_written_for_this_version_and_costs_no_statement() -> None:
    with CaptureQueriesContext(connection) as statements:
        answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    assert answer.content == (settings.BASE_DIR / "docs" / "openapi.yaml").read_bytes()
    assert answer.headers["content-type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert len(statements) == 0


def test_as_json_it_is_the_same_document() -> None:
    accept = {"accept": "application/vnd.oai.openapi+json"}
    found = Client().get("/api/schema/", headers=accept).json()
    assert found["info"]["version"] == settings.VERSION
    written = (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    assert found["paths"].keys() == yaml.load(written, yaml.CSafeLoader)["paths"].keys()


def test_it_is_sent_compressed_and_only_once_to_who_remembers_it() -> None:
    client = Client()
    plain, packed = (
        client.get("/api/schema/", headers={"accept-encoding": coding})
        for coding in ("identity", "gzip")
    )
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 8
    again = client.get("/api/schema/", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_other_methods_are_refused_in_json() -> None:
    answer = Client().post("/api/schema/")
    assert answer.status_code == 405
    assert answer.json()["detail"]


def test_where_nothing_was_written_it_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Generator:
        def get_schema(self, **_: object) -> dict[str, str]:
            made.append(self)
            return {"openapi": "3.0.3"}

    monkeypatch.setattr(document, "SchemaGenerator", Generator)
    one = Document(tmp_path / "missing")
    for kind in ("yaml", "json", "yaml"):
        assert b"3.0.3" in one.form(kind).content
    assert len(made) == 1
