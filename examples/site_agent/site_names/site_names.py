"""A plugin for the site agent: how this site names people. Put your directory in its place.

Install it beside the agent (`pip install ./site_names`) and name it in the configuration of the
offering: `username_management_backend: "site-names"`. The agent asks it for each person who has no
name yet.
What it raises decides what the person is told:

* `OfferingUserAccountLinkingRequiredError`: the person has to do something at the site first;
* `OfferingUserAdditionalValidationRequiredError`: the site has to look at the person first;
* `BackendError`: it did not work, and is tried again in the next round.
"""

import json
import os
from pathlib import Path

from waldur_site_agent.backend.backends import AbstractUsernameManagementBackend
from waldur_site_agent.backend.exceptions import (
    BackendError,
    OfferingUserAccountLinkingRequiredError,
    OfferingUserAdditionalValidationRequiredError,
)

WAITING_FOR = {
    "linking": OfferingUserAccountLinkingRequiredError,
    "validation": OfferingUserAdditionalValidationRequiredError,
}


class SiteNames(AbstractUsernameManagementBackend):
    """A directory that is a JSON file: e-mail address -> name, or what is in the way."""

    def _find(self, person):
        path = Path(os.environ.get("SITE_DIRECTORY", "directory.json"))
        if not path.exists():
            raise BackendError(f"The directory {path} cannot be reached")
        return json.loads(path.read_text()).get(person.user_email, {})

    def get_username(self, person):
        """Return the name of somebody who has an account already."""
        found = self._find(person)
        if found.get("waits_for") in WAITING_FOR:
            raise WAITING_FOR[found["waits_for"]](found["comment"], found.get("url"))
        return found.get("name")

    def generate_username(self, person):
        """Make a name for somebody who has none."""
        return f"{person.user_first_name[:1]}{person.user_last_name}".lower()
