"""Where the settings of accounts at a site come from."""

from __future__ import annotations

import pytest

from marketplace.account_settings import DEFAULTS, resolve


@pytest.mark.parametrize("nothing", [None, {}, {"login_shell": ""}, {"login_shell": None}])
def test_without_a_word_the_defaults_hold(nothing: dict[str, object] | None) -> None:
    settings = resolve(nothing, nothing)
    assert settings["login_shell"] == {
        "value": "/bin/bash",
        "source": "default",
        "inherited": {"value": "/bin/bash", "source": "default"},
    }
    assert {name: told["value"] for name, told in settings.items()} == DEFAULTS


def test_an_offering_inherits_from_its_provider() -> None:
    settings = resolve({}, {"homedir_prefix": "/users/"})
    assert settings["homedir_prefix"] == {
        "value": "/users/",
        "source": "provider",
        "inherited": {"value": "/users/", "source": "provider"},
    }


def test_the_offerings_own_word_goes_before_its_providers() -> None:
    settings = resolve({"homedir_prefix": "/scratch/"}, {"homedir_prefix": "/users/"})
    assert settings["homedir_prefix"] == {
        "value": "/scratch/",
        "source": "offering",
        "inherited": {"value": "/users/", "source": "provider"},
    }
