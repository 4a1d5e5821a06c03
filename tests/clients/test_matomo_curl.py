"""The curl commands of ``docs/coming-from-matomo.md`` and of Matomo's own guide, exactly as printed there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.clients.matomo import Installation, furnished
from tests.databases import fresh_database
from tests.live import LiveServer, serving

BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = (Path(ROOT) / "docs" / "coming-from-matomo.md").read_text().partition("\n## Examples\n")[2]
HOST, GUIDES_HOST = "https://frontdesk.example", "https://your-matomo-domain.example"
OWN_PASSWORD = "the password of admin"

GUIDE = r"""
curl -X POST "https://your-matomo-domain.example/index.php" \
-d "module=API" \
-d "method=UsersManager.addUser" \
-d "userLogin=bob" \
-d "password=SecurePass123" \
-d "email=bob@example.com" \
-d "initialIdSite=1" \
-d "token_auth=YOUR_SUPER_USER_TOKEN"
curl -X POST "https://your-matomo-domain.example/index.php" \
-d "module=API&method=UsersManager.inviteUser" \
-d "userLogin=newuser" \
-d "email=newuser@example.com" \
-d "initialIdSite=10" \
-d "expiryInDays=7" \
-d "token_auth=YOUR_AUTH_TOKEN"
"""
SUCCESS = '<?xml version="1.0" encoding="utf-8" ?>\n<result>\n\t<success message="ok" />\n</result>'

pytestmark = pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")


@pytest.fixture
def fresh(database: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A server without websites."""
    with fresh_database(database, tmp_path) as url, serving(url, tmp_path) as server:
        yield server


def shell(script: str) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fits(printed: str, shown: str) -> bool:
    """Whether the output matches what the page shows, with ``…`` matching any text."""
    return re.fullmatch(".*?".join(map(re.escape, shown.split("…"))), printed) is not None


def test_every_example_of_the_page_prints_what_stands_there(fresh):
    blocks = BLOCKS.findall(EXAMPLES)
    commands = [text for kind, text in blocks if kind == "sh"]
    printed = [text for kind, text in blocks if kind != "sh"]
    end = "echo '--- end of block'\n"
    script = end.join([*commands, ""]).replace(HOST, fresh.url).replace(f"'{OWN_PASSWORD}'", f'"{fresh.PASSWORD}"')

    found = shell(script).split("--- end of block\n")[:-1]

    assert len(found) == len(printed)
    assert [(ours, shown) for ours, shown in zip(found, printed, strict=True) if not fits(ours, shown)] == []


def test_every_method_has_an_example():
    methods = set(re.findall(r"UsersManager\.\w+", EXAMPLES.partition("## The methods")[2]))
    used = set(re.findall(r"UsersManager\.\w+", EXAMPLES.partition("## The methods")[0]))

    assert methods - used == {"UsersManager.newsletterSignup"}


def test_the_calls_of_the_guide_work(fresh):
    installation = furnished(fresh)
    for number in range(3, 11):
        installation.call("SitesManager.addSite", siteName=f"Site {number}")
    script = GUIDE.replace(GUIDES_HOST, fresh.url)
    for name in ("YOUR_SUPER_USER_TOKEN", "YOUR_AUTH_TOKEN"):
        script = script.replace(name, installation.token)

    assert shell(script) == SUCCESS * 2
    assert installation.call("UsersManager.getUsersAccessFromSite", idSite="1") == {"bob": "view"}
    assert installation.call("UsersManager.getUsersAccessFromSite", idSite="10") == {"newuser": "view"}


def test_the_guides_address_for_a_browser_works(fresh):
    installation: Installation = furnished(fresh)
    asked = "idSite=1&access=view&filter_limit=-1"
    path = f"index.php?module=API&method=UsersManager.getUsersWithSiteAccess&format=xml&token_auth={installation.token}"

    printed = shell(f"curl -sS '{fresh.url}/{path}&{asked}'")

    assert printed == '<?xml version="1.0" encoding="utf-8" ?>\n<result />'
