"""However a password is set, it is stored exactly as typed, and starts with no failed attempts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.actor import OPERATOR
from app.security import common_passwords
from app.services.authentication import password_resets
from app.services.invitations import manage
from app.services.matomo.account_rules import PASSWORD_LEAST
from tests.cli.conftest import configured, invoke
from tests.conftest import PASSWORD, Person
from tests.http.apps import other_app
from tests.umami.decisions.envelopes import bad_fields

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"
ATTEMPTS = 10
SPACED = "  two words  "
COMMON = "PassWord123!"
REASON = "This password is one of the most common ones, which attackers try first. Choose another."
OTHERS = {"trimmed": "two words", "left": "two words  ", "right": "  two words", "more": "   two words   "}


@dataclass
class World:
    """Ada, who has a password, and carol, who is invited."""

    app: Flask
    ada: Person
    ada_client: FlaskClient
    admin_client: FlaskClient
    admin_token: str
    reset: str
    invitation: str


@pytest.fixture
def world(app, admin, make_user, client_of, token_of) -> World:
    ada = make_user("ada")
    with app.app_context():
        reset = password_resets.make_link(OPERATOR, ada.id)
        invitation = manage.invite(OPERATOR, username="carol").token
    return World(app, ada, client_of(ada), client_of(admin), token_of(admin), reset, invitation)


@pytest.fixture
def log_in(anonymous) -> Callable[..., int]:
    """``log_in("ada", "…")``: the status of a login from the address ``HOME``."""

    def send(username: str, password: str, *, client: FlaskClient = anonymous) -> int:
        body = {"username": username, "password": password}
        return client.post("/api/auth/login", json=body, environ_overrides={"REMOTE_ADDR": HOME}).status_code

    return send


def posted(client: FlaskClient, path: str, *, name: str = "ada", **body: str) -> str:
    """Send JSON from another address than ``log_in`` uses; return the name of the account whose password it sets."""
    assert client.post(path, json=body, environ_overrides={"REMOTE_ADDR": ELSEWHERE}).status_code == 200
    return name


def sent(world: World, path: str, password: str, *, name: str = "ada") -> str:
    """Do the same with the form of a page."""
    form = {"password": password, "repeat": password}
    sender = world.app.test_client()
    assert sender.post(path, data=form, environ_overrides={"REMOTE_ADDR": ELSEWHERE}).status_code == 200
    return name


def called(world: World, password: str) -> str:
    given = {"module": "API", "method": "UsersManager.updateUser", "format": "json", "token_auth": world.admin_token}
    change = {"userLogin": "ada", "password": password, "passwordConfirmation": PASSWORD}
    answer = world.app.test_client().post("/index.php", data=given | change)
    assert answer.json == {"result": "success", "message": "ok"}
    return "ada"


def typed(world: World, password: str) -> str:
    done = invoke(world.app, "users", "set-password", "ada", "--password-stdin", stdin=f"{password}\n")
    assert (done.exit_code, done.stderr) == (0, "")
    return "ada"


Way = Callable[[World, str], str]

WAYS: dict[str, Way] = {
    "by an administrator": lambda world, new: posted(world.admin_client, f"/api/users/{world.ada.id}", password=new),
    "own": lambda world, new: posted(world.ada_client, "/api/me/password", currentPassword=PASSWORD, newPassword=new),
    "own, by id": lambda world, new: posted(
        world.ada_client, f"/api/users/{world.ada.id}", currentPassword=PASSWORD, password=new
    ),
    "by the reset link": lambda world, new: sent(world, f"/reset-password/{world.reset}", new),
    "by the invitation": lambda world, new: sent(world, f"/invitations/{world.invitation}", new, name="carol"),
    "at the command line": typed,
}
CLEARING = WAYS | {"on Matomo's API": called}
CREATING: dict[str, Way] = {
    "account of the REST API": lambda world, new: posted(
        world.admin_client, "/api/users", name="bob", username="bob", password=new, role="user"
    ),
}


class TestKeptAsTyped:
    @pytest.mark.parametrize("way", (WAYS | CREATING).values(), ids=WAYS | CREATING)
    def test_spaces_at_both_ends_belong_to_the_password(self, world, log_in, way: Way):
        name = way(world, SPACED)

        statuses = {kind: log_in(name, password) for kind, password in OTHERS.items()}

        assert statuses == dict.fromkeys(OTHERS, 401)
        assert log_in(name, SPACED) == 200

    def test_and_to_its_confirmation(self, world, log_in):
        posted(world.admin_client, f"/api/users/{world.ada.id}", password=SPACED)
        token = world.app.test_client().post("/api/auth/login", json={"username": "ada", "password": SPACED}).json
        client = world.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token['token']}"

        refused = client.post("/api/me/password", json={"currentPassword": SPACED.strip(), "newPassword": PASSWORD})
        taken = client.post("/api/me/password", json={"currentPassword": SPACED, "newPassword": PASSWORD})

        assert (refused.status_code, taken.status_code) == (400, 200)
        assert log_in("ada", PASSWORD) == 200

    @pytest.mark.parametrize("ending", ["\n", "\r\n", ""], ids=["Unix", "Windows", "none"])
    def test_of_standard_input_the_end_of_the_line_alone_is_removed(self, world, log_in, ending):
        done = invoke(world.app, "users", "create", "bob", "--password-stdin", stdin=f"{SPACED}\t{ending}")

        assert (done.exit_code, done.stderr) == (0, "")
        assert [log_in("bob", f"{SPACED}\t"), log_in("bob", SPACED)] == [200, 401]


class TestCommonOnes:
    @pytest.mark.parametrize("way", (CLEARING | CREATING).values(), ids=CLEARING | CREATING)
    def test_no_way_takes_one(self, world, log_in, way: Way):
        with pytest.raises(AssertionError):  # the response is an error
            way(world, COMMON)

        assert {log_in(name, COMMON) for name in ("ada", "bob", "carol")} == {401}

    @pytest.mark.parametrize("way", (CLEARING | CREATING).values(), ids=CLEARING | CREATING)
    def test_each_takes_one_if_the_check_is_off(self, world, log_in, way: Way):
        with configured(world.app, password_common_check=False):
            name = way(world, COMMON)

        assert log_in(name, COMMON) == 200

    def test_one_from_before_still_logs_in(self, world, log_in):
        with configured(world.app, password_common_check=False):
            typed(world, COMMON)

        assert log_in("ada", COMMON) == 200

    def test_the_message_says_why(self, world):
        rest = world.ada_client.post("/api/me/password", json={"currentPassword": PASSWORD, "newPassword": COMMON})
        given = {
            "module": "API",
            "method": "UsersManager.updateUser",
            "format": "json",
            "token_auth": world.admin_token,
        }
        matomo = world.app.test_client().post(
            "/index.php", data=given | {"userLogin": "ada", "password": COMMON, "passwordConfirmation": PASSWORD}
        )
        shell = invoke(world.app, "users", "set-password", "ada", "--password-stdin", stdin=COMMON)

        assert (rest.status_code, rest.json) == (400, bad_fields(newPassword=REASON))
        assert (matomo.status_code, matomo.json) == (200, {"result": "error", "message": REASON})
        assert (shell.exit_code, shell.stderr) == (6, f"Error: {REASON}\n")

    def test_the_list_is_folded_and_has_none_that_is_too_short(self):
        listed = Path(common_passwords.__file__).with_suffix(".txt").read_text().split("\n")[:-1]

        assert listed == sorted({password.casefold() for password in listed})
        assert len(listed) > 4000
        assert min(map(len, listed)) >= PASSWORD_LEAST


class TestFailedAttemptsOfTheOldOne:
    @pytest.mark.parametrize("way", CLEARING.values(), ids=CLEARING)
    def test_a_new_password_clears_the_count_of_its_account(self, world, log_in, way: Way):
        name = "carol" if way is WAYS["by the invitation"] else "ada"
        wrong = [log_in(name, "wrong") for _ in range(ATTEMPTS + 1)]

        way(world, "another horse")

        assert wrong == [401] * ATTEMPTS + [429]
        assert log_in(name, "another horse") == 200

    def test_the_new_one_has_as_many_as_any_other(self, world, log_in):
        for _ in range(ATTEMPTS):
            log_in("ada", "wrong")

        typed(world, "another horse")

        assert [log_in("ada", "wrong") for _ in range(ATTEMPTS + 1)] == [401] * ATTEMPTS + [429]

    def test_the_count_of_the_address_stays(self, world, log_in, database_url, tmp_path):
        with other_app(database_url, tmp_path, login_attempts_per_address=ATTEMPTS) as strict:
            client = strict.test_client()
            for _ in range(ATTEMPTS):
                log_in("ada", "wrong", client=client)

            typed(world, "another horse")

            assert log_in("ada", "another horse", client=client) == 429
