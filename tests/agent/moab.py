#!/usr/bin/env python3
"""The commands of the MOAB Accounting Manager that the agent's plugin runs, over a JSON file.

Each is this file under the command's name. It answers as MAM does with `--raw --quiet`: a line for
each object, its fields divided by `|`, and nothing when there are none. The books are in
`$SITE_STATE/moab.json`: accounts with their users, funds with their balance, and usage records.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

COMMANDS = (
    "mam-list-accounts", "mam-create-account", "mam-modify-account", "mam-delete-account",
    "mam-list-funds", "mam-create-fund", "mam-delete-fund", "mam-deposit",
    "mam-list-users", "mam-list-usagerecords",
)  # fmt: skip
EMPTY: dict[str, Any] = {"accounts": {}, "funds": {}, "records": [], "next_fund": 1}


class Refused(Exception):
    """What is asked for does not exist, or exists already."""


def install(folder: Path) -> None:
    """Put the commands into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COMMANDS:
        (folder / name).write_text(Path(__file__).read_text())
        (folder / name).chmod(0o755)


def books(state: Path) -> dict[str, Any]:
    """Return what a site's accounting manager has on its books."""
    file = state / "moab.json"
    return {**EMPTY, **json.loads(file.read_text() if file.exists() else "{}")}


def charge(state: Path, account: str, user: str, amount: str, when: str) -> None:
    """Let a job of somebody cost something: it is recorded, and leaves the account's fund."""
    kept = books(state)
    kept["records"].append({"account": account, "user": user, "charge": amount, "end": when})
    _fund_of(kept, account)["balance"] -= float(amount)
    (state / "moab.json").write_text(json.dumps(kept))


def _account(kept: dict[str, Any], name: str) -> dict[str, Any]:
    if name not in kept["accounts"]:
        raise Refused(f"Account {name} does not exist")
    return dict(kept["accounts"][name])


def _fund_of(kept: dict[str, Any], account: str) -> dict[str, Any]:
    return next(dict_ for dict_ in kept["funds"].values() if dict_["account"] == account)


def _list_accounts(kept: dict[str, Any], asked: argparse.Namespace) -> list[list[str]]:
    return [
        [name, row["description"], row["organization"]]
        for name, row in kept["accounts"].items()
        if asked.a in {None, name}
    ]


def _create_account(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    if asked.a in kept["accounts"]:
        raise Refused(f"Account {asked.a} already exists")
    kept["accounts"][asked.a] = {"description": asked.d, "organization": asked.o, "users": []}


def _modify_account(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    users = _account(kept, asked.a)["users"]
    if asked.add_user:
        users.append(asked.add_user.removeprefix("+"))  # the plus makes them active
    if asked.del_user:
        users.remove(asked.del_user)


def _delete_account(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    _account(kept, asked.a)
    del kept["accounts"][asked.a]


def _list_funds(kept: dict[str, Any], asked: argparse.Namespace) -> list[list[str]]:
    users = kept["accounts"].get(asked.a, {}).get("users", [])
    if asked.u and asked.u not in users:
        return []
    return [
        [number] if asked.show == "Id" else [f"Account={row['account']}", f"{row['balance']:.2f}"]
        for number, row in kept["funds"].items()
        if row["account"] == asked.a
    ]


def _create_fund(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    _account(kept, asked.a)
    kept["funds"][str(kept["next_fund"])] = {"account": asked.a, "balance": 0.0}
    kept["next_fund"] += 1


def _delete_fund(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    del kept["funds"][asked.f]


def _deposit(kept: dict[str, Any], asked: argparse.Namespace) -> None:
    kept["funds"][asked.f]["balance"] += float(asked.z)


def _list_users(kept: dict[str, Any], asked: argparse.Namespace) -> list[list[str]]:
    return [[user, asked.a] for user in _account(kept, asked.a)["users"]]


def _list_usagerecords(kept: dict[str, Any], asked: argparse.Namespace) -> list[list[str]]:
    return [
        [row["account"], row["user"], row["charge"]]
        for row in kept["records"]
        if row["account"] == asked.a and asked.s <= row["end"] <= asked.e
    ]


def main(name: str, words: list[str]) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog=name, add_help=False)
    for letter in "adefosuz":
        parser.add_argument(f"-{letter}")
    for flag in ("raw", "quiet"):
        parser.add_argument(f"--{flag}", action="store_true")
    for word in ("show", "add-user", "del-user"):
        parser.add_argument(f"--{word}")
    asked, _ = parser.parse_known_args(words)  # the agent does not quote what has spaces
    state = Path(os.environ["SITE_STATE"])
    kept = books(state)
    action = globals()[name.removeprefix("mam").replace("-", "_")]
    try:
        rows = action(kept, asked)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    for row in rows or []:
        sys.stdout.write("|".join(row) + "\n")
    (state / "moab.json").write_text(json.dumps(kept))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
