"""A browser without a window, and a person who reads its pages, clicks and types.

Debian's `chromium` and `chromium-driver` are used as they are installed; nothing is fetched. Each
page that is come upon is looked at: nothing may be in the browser's log, nothing may be wider than
a narrow phone, and whatever can be typed into has a label. With `SCREENSHOTS=folder` in the
environment, each is also kept as a picture.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
MISSING = "`apt-get install chromium chromium-driver` lets the tests with a browser run"
NARROW, TALL = 400, 900
WAITS_SECONDS = 15
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root, and see no page but their own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    f"--window-size={NARROW},{TALL}",
)

FAULTS = """
const faults = [], root = document.documentElement;
if (!root.lang) faults.push('no language');
if (document.querySelectorAll('h1').length !== 1) faults.push('not one heading');
if (root.scrollWidth > root.clientWidth) faults.push(`${root.scrollWidth} wide`);
for (const field of document.querySelectorAll('input:not([type=hidden]), textarea, select')) {
  if (!field.labels.length) faults.push(`${field.name} without a label`);
}
for (const one of document.querySelectorAll('a, button')) {
  if (!one.textContent.trim()) faults.push('a link or button without words');
}
return faults;
"""


@contextmanager
def chromium(folder: Path) -> Iterator[Chrome]:
    """Run a browser; where there is none, the test is skipped, but never in CI."""
    if None in PROGRAMS.values():
        assert not os.environ.get("CI"), MISSING
        pytest.skip(MISSING)
    options = ChromeOptions()
    options.binary_location = PROGRAMS["chromium"] or ""
    for argument in (*ARGUMENTS, f"--user-data-dir={folder}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.enable_bidi = False
    driver = Chrome(options, ChromeService(PROGRAMS["chromedriver"]))
    try:
        # A window is not made as narrow as a phone; what a page is laid out for is.
        metrics = {"width": NARROW, "height": TALL, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield driver
    finally:
        driver.quit()


class Person:
    """Somebody at the browser, who knows what is on a page by its words."""

    def __init__(self, driver: Chrome, service: str) -> None:
        """Sit down at a browser that remembers nobody."""
        self.driver, self.service, self.pictures = driver, service, 0
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.get("about:blank")
        driver.get_log("browser")

    def open(self, path: str) -> Person:
        """Type an address in."""
        self.driver.get(path if "://" in path else self.service + path)
        return self.look()

    def click(self, words: str) -> Person:
        """Click on the link or the button that says so, and wait for the next page."""
        found = self.driver.find_elements(
            By.XPATH,
            f"//*[self::a or self::button][normalize-space()='{words}']"
            f" | //input[@type='submit'][@value='{words}']",
        )
        assert len(found) == 1, f"{len(found)} times {words!r}: {self.text}"
        with self.turning():
            found[0].click()
        return self.look()

    def press(self, *keys: str) -> Person:
        """Type on the keyboard, wherever the focus is, without a mouse."""
        ActionChains(self.driver).send_keys(*keys).perform()
        return self

    def enter(self) -> Person:
        """Press the key that sends a form or follows a link, and wait for the next page."""
        with self.turning():
            self.press(Keys.ENTER)
        return self.look()

    def fill(self, label: str, text: str) -> Person:
        """Type into the field that is labelled so."""
        self.field(label).send_keys(text)
        return self

    def tick(self, label: str) -> Person:
        """Click on a box by its label, as on a choice among several."""
        self.field(label).click()
        return self

    def field(self, label: str) -> Any:
        """Return the field with a label."""
        named = [
            field
            for field in self.driver.find_elements(By.CSS_SELECTOR, "input, textarea")
            if field.get_attribute("type") != "hidden" and field.accessible_name.startswith(label)
        ]
        assert len(named) == 1, f"{len(named)} fields {label!r}: {self.text}"
        return named[0]

    @property
    def focused(self) -> str:
        """What the focus is on, as a screen reader calls it."""
        return str(self.driver.switch_to.active_element.accessible_name)

    @property
    def at(self) -> str:
        """Where the person is, without the service's own address."""
        return str(self.driver.current_url).removeprefix(self.service)

    @property
    def heading(self) -> str:
        return str(self.driver.find_element(By.TAG_NAME, "h1").text)

    @property
    def text(self) -> str:
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    @property
    def said(self) -> str:
        """The message of the page."""
        found = self.driver.find_elements(By.CSS_SELECTOR, "[role=alert], [role=status]")
        return " ".join(one.text for one in found)

    def until(self, heading: str) -> Person:
        """Wait until redirects and refreshes have led to a page."""
        WebDriverWait(self.driver, WAITS_SECONDS, 0.05, [Exception]).until(
            lambda _: self.heading.startswith(heading), f"never came to {heading!r}"
        )
        return self.look()

    @contextmanager
    def turning(self) -> Iterator[None]:
        """Wait until the page has made room for the next one, which is loaded."""
        mark = "return document.__left === true || document.readyState !== 'complete'"
        self.driver.execute_script("document.__left = true")
        yield
        WebDriverWait(self.driver, WAITS_SECONDS, 0.02, [Exception]).until(
            lambda driver: not driver.execute_script(mark)
        )

    def look(self) -> Person:
        """Find nothing wrong with a page of ours; the layout of the admin is Django's."""
        log = [entry["message"] for entry in self.driver.get_log("browser")]
        if self.driver.current_url.startswith(self.service):
            assert [line for line in log if not is_refusal(line)] == []
            if not self.at.startswith("/admin/"):
                assert self.driver.execute_script(FAULTS) == []
            self.picture()
        return self

    def picture(self) -> None:
        """Keep the page as a picture, if somebody wants to see it."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.pictures += 1
            test = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].split("::")[1])
            path = Path(folder, f"{test[:50]}-{self.pictures:02}.png")
            path.parent.mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(path))


def is_refusal(line: str) -> bool:
    """Tell whether the log says only that a page was a refusal, or that the admin has no icon."""
    found = re.match(r"(\S+) .*Failed to load resource: .* status of 4\d\d", line)
    return found is not None and "/static/" not in found[1]
