"""Print the commands that rebuild a Slurm site after it lost everything.

One call reads all that the site should have of an offering; what is printed makes it so again:

    export EFP_URL=https://efp.example.org EFP_TOKEN=... EFP_OFFERING=<uuid>
    python rebuild.py > rebuild.sh

With `--known FILE` the state's hash is kept in a file, and nothing is printed while it is the same:
run it from cron to notice that something has changed. Nothing is run here, and every command may be
run again. A resource that is being terminated is left out: its order still waits to be carried out.

A limit is printed in minutes of what Slurm counts: the amount times the `unit_factor` of the
offering's component, which has to be the one in the agent's configuration. A component's type is
taken for the name of what Slurm counts (`cpu`, `mem`, `gres/gpu`); where it is another one, say
`--tres cpu_k_hours=cpu`. What looks wrong is said on standard error, and in the first lines of
what is printed.
"""

import argparse
import json
import os
import re
import shlex
import sys
import urllib.error
import urllib.request
from pathlib import Path

PREFIX = "hpc_"  # what the names of accounts begin with that this service does not know yet
QOS = {"paused": "paused", "downscaled": "limited"}  # flag -> what it is called at your site
TRES = re.compile(r"cpu|mem|vmem|node|energy|billing|pages|(gres|license|bb|fs|ic)/.+")
NOT_MODIFIED = 304


def read_state(url, token, offering, known=""):
    """Return the state, or None if it is still the one with the known hash."""
    path = f"{url.rstrip('/')}/api/marketplace-provider-offerings/{offering}/desired-state/"
    headers = {"Authorization": f"Token {token}"}
    if known:
        headers["If-None-Match"] = f'"{known}"'
    try:
        with urllib.request.urlopen(
            urllib.request.Request(path, headers=headers), timeout=300
        ) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        if error.code == NOT_MODIFIED:
            return None
        raise


def sacctmgr(*words):
    """Return a command line."""
    return shlex.join(["sacctmgr", "--immediate", *words])


def counted_by_slurm(state, tres):
    """Return Slurm's name and the factor of each component with limits, and what looks wrong."""
    units, doubts = {}, []
    limited = {kind for resource in state["resources"] for kind in resource["limits"]}
    limited |= {one["component_type"] for row in state["resources"] for one in row["user_limits"]}
    for component in state["offering"]["components"]:
        kind, factor, unit = (component[key] for key in ("type", "unit_factor", "measured_unit"))
        name = tres.get(kind, kind)
        if kind not in limited:
            continue
        if not TRES.fullmatch(name):
            doubts.append(
                f"{name}: Slurm counts nothing of this name, so its limits are left out. "
                f"If it has another name there, say so: --tres {kind}=cpu"
            )
            continue
        units[kind] = (name, factor)
        if factor == 1 and "minute" not in unit.lower():
            doubts.append(
                f"{kind}: one unit is {unit!r}, but its unit_factor is 1, so its limits are "
                "printed as if they were minutes. Set it to the unit_factor of the agent's "
                "configuration."
            )
    return units, doubts


def minutes(limits, units):
    """Return limits in minutes of what Slurm counts: the amounts times their factors."""
    known = ((*units[kind], amount) for kind, amount in sorted(limits.items()) if kind in units)
    return ",".join(f"{name}={int(float(amount) * factor)}" for name, factor, amount in known)


def account_of(resource, units):
    """Yield what makes a resource's account: its limits, then what a usage policy wants."""
    name = resource["backend_id"] or PREFIX + resource["slug"]
    organization = f"organization={resource['project_slug']}"
    yield sacctmgr("add", "account", name, f"description={resource['name']}", organization)
    limits = minutes(resource["limits"], units)
    if limits:
        yield sacctmgr("modify", "account", name, "set", f"GrpTRESMins={limits}")
    due = (resource["periodic_settings"] or {}).get("settings", {})
    if "fairshare" in due:
        yield sacctmgr("modify", "account", name, "set", f"fairshare={due['fairshare']}")
    for key, kind in (("grp_tres_mins", "GrpTRESMins"), ("max_tres_mins", "MaxTRESMins")):
        for tres, amount in sorted(due.get(key, {}).items()):
            yield sacctmgr("modify", "account", name, "set", f"{kind}={tres}={amount}")
    for flag, qos in QOS.items():
        if resource[flag]:
            yield sacctmgr("modify", "account", name, "set", f"qos={qos}")
            break


def users_of(resource, units):
    """Yield what lets people and programs in, with the limits of single people."""
    name = resource["backend_id"] or PREFIX + resource["slug"]
    if resource["restrict_member_access"]:
        return
    people = [
        member["username"]
        for member in resource["members"]
        if member["account_state"] == "OK" and not member["is_restricted"]
    ]
    others = [one["username"] for one in resource["service_accounts"] + resource["course_accounts"]]
    for user in sorted(people) + sorted(others):
        yield sacctmgr("add", "user", user, f"account={name}")
    for limit in resource["user_limits"]:
        if limit["username"] in people:
            most = minutes({limit["component_type"]: limit["limit"]}, units)
            where = ("where", f"name={limit['username']}", f"account={name}")
            if most:
                yield sacctmgr("modify", "user", *where, "set", f"GrpTRESMins={most}")


def commands(state, units):
    """Yield everything, account by account."""
    for resource in state["resources"]:
        if resource["state"] != "Terminating":
            yield from account_of(resource, units)
            yield from users_of(resource, units)


def setting(name):
    """Return a variable of the environment; without it there is nothing to talk to."""
    value = os.environ.get(name)
    if not value:
        raise SystemExit(
            f"{name} is not set. EFP_URL is the service's address, EFP_TOKEN a token of the "
            "provider, EFP_OFFERING the UUID of the offering."
        )
    return value


def pair(text):
    """Return a component's type and Slurm's name for it."""
    kind, _, name = text.partition("=")
    if not (kind and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not like cpu_k_hours=cpu")
    return kind, name


def main():
    """Read once, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--known", type=Path, metavar="FILE", help="where the last hash is kept")
    parser.add_argument(
        "--tres", type=pair, action="append", default=[], metavar="TYPE=TRES",
        help="what Slurm calls a component, if not by its type; may be repeated",
    )  # fmt: skip
    given = parser.parse_args()
    file = given.known
    known = file.read_text() if file and file.exists() else ""
    state = read_state(setting("EFP_URL"), setting("EFP_TOKEN"), setting("EFP_OFFERING"), known)
    if state is None:
        return
    units, doubts = counted_by_slurm(state, dict(given.tres))
    sys.stderr.writelines(f"{doubt}\n" for doubt in doubts)
    sys.stdout.writelines(f"# {doubt}\n" for doubt in doubts)
    sys.stdout.writelines(f"{line}\n" for line in commands(state, units))
    if file:
        file.write_text(state["hash"])


if __name__ == "__main__":
    main()
