"""A Hosting Entity on plain HTTP: Python's standard library, no SDK, no agent.

One round works off the offering's orders, brings the members of each allocation to the cluster, and
reports this month's usage. Run it from cron or with `--every SECONDS`:

    export EFP_URL=https://efp.example.org EFP_TOKEN=... EFP_OFFERING=<uuid>
    python site.py --state accounts.json

`Cluster` stands for your batch system: put your own commands into its four methods. All the rest is
the protocol. Every call may be repeated: a round that was interrupted is finished by the next one.
"""

import argparse
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

WAITING = ("pending-provider", "executing")


class Refused(Exception):
    """The service answered with an error: its status and what it said."""


class Service:
    """The REST API, with the token of somebody who owns or manages the provider."""

    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/"), token

    def call(self, method, path, body=None):
        """Send a request; return the answer's JSON (None if it has none) and its headers."""
        url = path if path.startswith("http") else f"{self.url}/api/{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), answer.headers
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def post(self, path, body=None):
        """POST, and return the answer."""
        return self.call("POST", path, body)[0]

    def every(self, path, **query):
        """Return all rows of a list: the Link header leads from page to page."""
        url = f"{path}?{urllib.parse.urlencode({'page_size': 100, **query}, doseq=True)}"
        while url:
            rows, headers = self.call("GET", url)
            yield from rows
            links = re.findall(r'<([^>]+)>; rel="next"', headers.get("Link", ""))
            url = links[0] if links else ""


class Cluster:
    """Your batch system. Here it is a JSON file: account -> limits, users, usage."""

    def __init__(self, path):
        self.path = Path(path)
        self.accounts = json.loads(self.path.read_text()) if self.path.exists() else {}

    def set_account(self, name, limits):
        """Create an account, or give it other limits (in the components' units)."""
        self.accounts.setdefault(name, {"users": [], "usage": {}})["limits"] = limits
        self._keep()

    def remove_account(self, name):
        """Remove an account; one that is gone is fine."""
        self.accounts.pop(name, None)
        self._keep()

    def set_users(self, name, users):
        """Let exactly these people use an account."""
        self.accounts[name]["users"] = sorted(users)
        self._keep()

    def usage(self, name):
        """Return this month's usage by user and component: {"ada": {"cpu": 1.5}}."""
        return self.accounts[name]["usage"]

    def _keep(self):
        self.path.write_text(json.dumps(self.accounts, indent=1))


def work_off_orders(service, offering, cluster):
    """Approve what waits for the provider, carry it out, and say how that went."""
    for order in service.every("marketplace-orders/", offering_uuid=offering, state=WAITING):
        path = f"marketplace-orders/{order['uuid']}/"
        if order["state"] == "pending-provider":
            service.post(path + "approve_by_provider/")
        try:
            carry_out(service, order, cluster)
        except OSError as error:  # whatever your commands raise
            service.post(
                path + "set_state_erred/", {"error_message": str(error), "error_traceback": ""}
            )
        else:
            service.post(path + "set_state_done/")


def carry_out(service, order, cluster):
    """Do to the cluster what the order asks for."""
    path = f"marketplace-provider-resources/{order['marketplace_resource_uuid']}/"
    resource = service.call("GET", path)[0]
    account = resource["backend_id"] or f"hpc_{resource['slug']}"
    if order["type"] == "Terminate":
        cluster.remove_account(account)
        return
    cluster.set_account(account, order["limits"] or resource["limits"])
    service.post(path + "set_backend_id/", {"backend_id": account})


def bring_members(service, resource, cluster):
    """Let the team use the account, under the names that the people have at the site."""
    path = f"marketplace-provider-resources/{resource['uuid']}/"
    team = service.every(path + "team/")
    named = [name for member in team if (name := member["offering_user_username"])]
    shut = resource["paused"] or resource["restrict_member_access"]
    cluster.set_users(resource["backend_id"], [] if shut else named)
    service.post(path + "refresh_last_sync/")


def report_usage(service, resource, cluster):
    """Report the totals of the month, then what each person used; a repetition replaces them."""
    by_user = cluster.usage(resource["backend_id"])
    totals = {}
    for usage in by_user.values():
        for component, amount in usage.items():
            totals[component] = totals.get(component, 0) + amount
    if not totals:
        return
    usages = [{"type": name, "amount": f"{amount:.2f}"} for name, amount in totals.items()]
    service.post(
        "marketplace-component-usages/set_usage/", {"resource": resource["uuid"], "usages": usages}
    )
    month = time.strftime("%Y-%m-01", time.gmtime())
    reported = service.every(
        "marketplace-component-usages/", resource_uuid=resource["uuid"], billing_period=month
    )
    for row in reported:
        people = [
            {"username": user, "usage": f"{usage[row['type']]:.2f}"}
            for user, usage in by_user.items()
            if row["type"] in usage
        ]
        path = f"marketplace-component-usages/{row['uuid']}/set_user_usages/"
        service.post(path, {"usages": people})


def one_round(service, offering, cluster):
    """Do everything once."""
    work_off_orders(service, offering, cluster)
    resources = service.every(
        "marketplace-provider-resources/", offering_uuid=offering, state=["OK", "Erred"]
    )
    for resource in resources:
        if resource["backend_id"] in cluster.accounts:
            bring_members(service, resource, cluster)
            report_usage(service, resource, cluster)


def setting(name):
    """Return a variable of the environment; without it there is nothing to talk to."""
    value = os.environ.get(name)
    if not value:
        raise SystemExit(
            f"{name} is not set. EFP_URL is the service's address, EFP_TOKEN a token of the "
            "provider, EFP_OFFERING the UUID of the offering."
        )
    return value


def main():
    """Work once, or again and again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", default="accounts.json", help="the file that is the cluster")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="go on, at this pace")
    options = parser.parse_args()
    service = Service(setting("EFP_URL"), setting("EFP_TOKEN"))
    while True:
        one_round(service, setting("EFP_OFFERING"), Cluster(options.state))
        if not options.every:
            return
        time.sleep(options.every)


if __name__ == "__main__":
    main()
