"""Each package says what it is, and what documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.rooms import PACKAGES

ROOT = Path(settings.BASE_DIR)
READMES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("README.md")
    if "node_modules" not in path.parts
)
DOCUMENTS = [
    *READMES,
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs" / name for name in ("architecture.md", "glossary.md")),
]
QUOTED = re.compile(r"`([^`\n]+)`")
LINKED = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
PATH = re.compile(r"(?:\.\./)*[\w.-]+(?:/[\w.-]+)*/?")
NAME = re.compile(r"[\w.-]+\.(?:py|md|toml|html|yaml|json)")
SUFFIXES = (".py", ".md", ".toml", ".html", ".yaml", ".yml", ".json", ".css", ".in", ".lock")


def is_path(text: str, folder: Path) -> bool:
    """Tell whether a quoted text is the path of a file or folder, and no address or pattern."""
    if "/" not in text or not PATH.fullmatch(text):
        return False
    return text.endswith(SUFFIXES) or is_there(text.split("/", 1)[0] + "/", folder)


def is_there(name: str, folder: Path) -> bool:
    """Tell whether a path leads somewhere from a folder or one above it, up to the root."""
    above = [at for at in (folder, *folder.parents) if at == ROOT or ROOT in at.parents]
    return any((at / name).exists() for at in (*above, ROOT))


def missing_in(document: Path) -> list[str]:
    """Return what a document names that is not there; a package's file also without its path."""
    folder, text = document.parent, document.read_text()
    quoted = set(QUOTED.findall(text))
    missing = [path for path in quoted if is_path(path, folder) and not is_there(path, folder)]
    if folder not in (ROOT, ROOT / "docs"):
        names = {name for name in quoted if NAME.fullmatch(name)}
        missing += [
            name for name in names if not any(folder.rglob(name)) and not (ROOT / name).exists()
        ]
    linked = {link for link in LINKED.findall(text) if "://" not in link}
    return sorted(missing + [link for link in linked if not (folder / link).exists()])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_a_readme(package: str) -> None:
    assert (ROOT / package / "README.md").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    assert missing_in(document) == []


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "See `gone.py`, `config/gone/`, `config/`, `/api/users/`, `<app>/tasks.py`, `a.b`,"
        " [here](gone.md) and [there](https://example.org)."
    )
    assert missing_in(document) == ["config/gone/", "gone.md", "gone.py"]
