"""The pages in a real browser, on the real server: with and without JavaScript, small and large, light and dark."""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.live import LiveServer, frontdesk, serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
PASSWORD = "a horse of my own"
TELEPHONE, DESK = (360, 740), (1280, 900)
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium with its driver on this machine"),
]


@dataclass
class Browser:
    """A browser window, with what the tests do in it."""

    driver: webdriver.Chrome

    def open(self, link: str) -> "Browser":
        self.driver.get(link)
        return self

    def looks_like(self, size: tuple[int, int], scheme: str) -> None:
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is TELEPHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def type(self, password: str, repeat: str) -> None:
        self.field("password").send_keys(password)
        self.field("repeat").send_keys(repeat)

    def press(self, text: str) -> None:
        """Press a button, and wait for the page behind it."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        next(button for button in self.all("button") if button.text == text).click()
        WebDriverWait(self.driver, 20).until(lambda _: self._is_gone(before))

    @staticmethod
    def _is_gone(element: WebElement) -> bool:
        try:
            element.is_enabled()
        except Exception:  # how the driver reports an element of another page
            return True
        return False

    def field(self, name: str) -> WebElement:
        return self.driver.find_element(By.NAME, name)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    @property
    def heading(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def complaints(self) -> list[str]:
        """Return what the browser has logged, except for responses with an error status."""
        lines = [str(entry["message"]) for entry in self.driver.get_log("browser")]
        return [line for line in lines if "the server responded with a status of" not in line]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("invitations")
    with serving(f"sqlite:///{folder / 'pages.db'}", folder) as running:
        yield running


@pytest.fixture(scope="module", params=["scripts on", "scripts off"])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if request.param == "scripts off":
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(60)
    yield Browser(driver)
    driver.quit()


def told(server: LiveServer, *arguments: str) -> str:
    """Return the link that a command prints, with this server's address."""
    done = frontdesk(*arguments, environment=server.environment)
    assert done.returncode == 0, done.stderr
    return server.url + next(word for word in done.stdout.split() if word.startswith("/"))


@pytest.fixture
def invited(server: LiveServer, browser: Browser, tmp_path: Path) -> Callable[[], str]:
    """``invited()``: the link of a new user."""
    return lambda: told(server, "invitations", "create", f"ada {tmp_path.name} {id(browser)}")


def logs_in(server: LiveServer, username: str, password: str) -> bool:
    body = json.dumps({"username": username, "password": password}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/api/auth/login", body)) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def test_accepting(server: LiveServer, browser: Browser, invited: Any):
    browser.open(invited())
    username = browser.field("username").get_attribute("value")
    assert browser.heading == "You are invited"

    browser.type(PASSWORD, PASSWORD)
    browser.press("Accept the invitation")

    assert browser.heading == "Welcome"
    assert logs_in(server, str(username), PASSWORD)
    assert browser.complaints() == []


def test_two_clicks_in_a_row(server: LiveServer, browser: Browser, invited: Any):
    link = invited()
    browser.open(link)
    username = browser.field("username").get_attribute("value")
    browser.type(PASSWORD, PASSWORD)

    browser.field("repeat").send_keys(Keys.ENTER, Keys.ENTER)
    WebDriverWait(browser.driver, 20).until(lambda _: browser.heading in ("Welcome", "This link is no longer valid"))

    assert logs_in(server, str(username), PASSWORD)
    assert browser.open(link).heading == "This link is no longer valid"


def test_an_error_is_where_the_cursor_is(browser: Browser, invited: Any):
    browser.open(invited())
    browser.type(PASSWORD, "something else")
    browser.press("Accept the invitation")

    assert browser.driver.title == "Error: Your invitation · Frontdesk"
    assert browser.driver.switch_to.active_element.get_attribute("name") == "password"
    (alert,) = browser.all("[role=alert]")
    assert "The two passwords are not the same." in alert.text
    browser.type(PASSWORD, PASSWORD)
    browser.press("Accept the invitation")
    assert browser.heading == "Welcome"


def test_a_short_password_does_not_leave_the_browser(browser: Browser, invited: Any):
    browser.open(invited())
    browser.type("short", "short")

    browser.field("repeat").send_keys(Keys.ENTER)

    assert browser.heading == "You are invited"
    assert browser.all(":invalid#password") != []


def test_declining(browser: Browser, invited: Any):
    link = invited()
    browser.open(link)
    browser.press("Decline…")
    assert browser.heading == "Decline the invitation?"
    browser.press("No, go back")
    assert browser.heading == "You are invited"

    browser.press("Decline…")
    browser.press("Yes, decline")

    assert browser.heading == "You have declined the invitation"
    assert browser.open(link).heading == "This link is no longer valid"


def test_a_new_password(server: LiveServer, browser: Browser):
    browser.open(told(server, "users", "reset-link", "admin"))
    assert browser.heading == "Choose a new password"
    assert browser.field("username").get_attribute("value") == "admin"

    browser.type(PASSWORD, PASSWORD)
    browser.press("Set the new password")

    assert browser.heading == "Your password has been changed"
    assert logs_in(server, "admin", PASSWORD)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [TELEPHONE, DESK], ids=["telephone", "desk"])
def test_everything_has_its_place(browser: Browser, invited: Any, size: tuple[int, int], scheme: str):
    browser.looks_like(size, scheme)
    browser.open(invited())
    browser.type(PASSWORD, "something else")
    browser.press("Accept the invitation")

    width = size[0]
    for element in browser.all("main, h1, p, input:not([type=hidden]), button, [role=alert]"):
        box = element.rect
        assert box["x"] >= 0, element.text
        assert box["x"] + box["width"] <= width, element.text
    for element in browser.all("button, input:not([type=hidden])"):
        assert element.rect["height"] >= 44, element.get_attribute("outerHTML")
    ground = browser.driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert ground == {"light": "rgba(238, 241, 245, 1)", "dark": "rgba(16, 20, 27, 1)"}[scheme]
    assert browser.complaints() == []
