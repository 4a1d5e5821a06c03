"""Wherever secrets could be guessed, a few wrong guesses are allowed, and after them not even the right one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import AuditEvent, WebsiteNumber
from app.services.authentication import password_resets
from app.services.invitations import manage
from app.services.users import accounts
from tests.conftest import PASSWORD
from tests.http.apps import other_app
from tests.racing import at_once
from tests.umami.decisions.test_login import ELSEWHERE, HOME, THROTTLED

LIMIT = 3
TOO_MANY = {"result": "error", "message": "Too many failed logins. Please wait and try logging in again later."}
NEW = "another horse"


@dataclass
class World:
    """An app that allows few wrong guesses, and the secrets in it."""

    app: Flask
    tokens: dict[str, str]
    ada_id: str
    team: str
    code: str
    site: str
    number: int
    slug: str
    share: str
    invitation: str
    reset: str

    def client(self, name: str | None = None, address: str = HOME) -> FlaskClient:
        """Return a client of ada, of the administrator, or without a session."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        if name is not None:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.tokens[name]}"
        return client

    def call(self, name: str | None, method: str, **values: Any) -> TestResponse:
        """Call a method of Matomo's API."""
        given = {"module": "API", "method": method, "format": "json", **values}
        return self.client(name).post("/index.php", data=given)


@pytest.fixture
def world(
    app, database_url, admin, make_user, make_team, make_website, make_share, token_of, tmp_path
) -> Iterator[World]:
    ada, bob = make_user("ada"), make_user("bob")
    with app.app_context():
        accounts.update_user(OPERATOR, ada.id, email="ada@example.com")
        invitation = manage.invite(OPERATOR, username="carol").token
        reset = password_resets.make_link(OPERATOR, bob.id)
    site, others = make_website(owner=ada), make_website(owner=bob)
    own = make_share(site)
    with app.app_context(), transaction() as session:
        number = session.scalars(select(WebsiteNumber.number).where(WebsiteNumber.website_id == site)).one()
    limits = {"login_attempts": LIMIT, "login_attempts_per_address": LIMIT}
    with other_app(database_url, tmp_path, **limits) as strict:
        made = World(
            app=strict,
            tokens={person.username: token_of(person) for person in (ada, admin)},
            ada_id=str(ada.id),
            team=str(make_team(ada)),
            code="",
            site=str(site),
            number=number,
            slug=make_share(others, slug="chosen-by-bob"),
            share="",
            invitation=invitation,
            reset=reset,
        )
        made.code = made.client("admin").get(f"/api/teams/{make_team(bob)}").json["accessCode"]
        listed = made.client("ada").get(f"/api/websites/{site}/shares").json["data"]
        made.share = next(row["id"] for row in listed if row["slug"] == own)
        yield made


def password(right: bool) -> str:
    return PASSWORD if right else f"wrong {uuid4()}"


def link(right: str, is_right: bool) -> str:
    return right if is_right else uuid4().hex


Guess = Callable[[World, bool], TestResponse]

REST: dict[str, Guess] = {
    "login": lambda world, right: world.client().post(
        "/api/auth/login", json={"username": "ada", "password": password(right)}
    ),
    "login by e-mail address": lambda world, right: world.client().post(
        "/api/auth/login", json={"username": "ADA@example.com", "password": password(right)}
    ),
    "login as no one": lambda world, _: world.client().post(
        "/api/auth/login", json={"username": "nobody", "password": PASSWORD}
    ),
    "own password": lambda world, right: world.client("ada").post(
        "/api/me/password", json={"currentPassword": password(right), "newPassword": NEW}
    ),
    "own password by id": lambda world, right: world.client("ada").post(
        f"/api/users/{world.ada_id}", json={"currentPassword": password(right), "password": NEW}
    ),
    "own e-mail address": lambda world, right: world.client("ada").post(
        f"/api/users/{world.ada_id}", json={"currentPassword": password(right), "email": "a@example.com"}
    ),
    "joining a team": lambda world, right: world.client("ada").post(
        "/api/teams/join", json={"accessCode": world.code if right else f"team_{uuid4().hex[:16]}"}
    ),
    "choosing the code of another team": lambda world, right: world.client("ada").post(
        f"/api/teams/{world.team}", json={"accessCode": world.code if right else uuid4().hex}
    ),
    "opening a share": lambda world, right: world.client().get(f"/api/share/{link(world.slug, right)}"),
    "choosing the slug of another share": lambda world, right: world.client("ada").post(
        "/api/share",
        json={
            "entityId": world.site,
            "shareType": 1,
            "name": "Mine",
            "slug": link(world.slug, right),
            "parameters": {},
        },
    ),
    "changing to the slug of another share": lambda world, right: world.client("ada").post(
        f"/api/share/id/{world.share}", json={"name": "Mine", "slug": link(world.slug, right), "parameters": {}}
    ),
    "asking for links to reset a password": lambda world, _: world.client().post(
        "/api/auth/forgot-password", json={"username": "ada"}
    ),
}
SESSION = {"force_api_session": "1"}
MATOMO: dict[str, Guess] = {
    "createAppSpecificTokenAuth": lambda world, right: world.call(
        None,
        "UsersManager.createAppSpecificTokenAuth",
        userLogin="ada@EXAMPLE.com",
        passwordConfirmation=password(right),
        description="Reports",
    ),
    "updateUser of your own account": lambda world, right: world.call(
        "ada", "UsersManager.updateUser", userLogin="ada", password=NEW, passwordConfirmation=password(right)
    ),
    "updateUser by a superuser": lambda world, right: world.call(
        "admin", "UsersManager.updateUser", userLogin="ada", password=NEW, passwordConfirmation=password(right)
    ),
    "setSuperUserAccess": lambda world, right: world.call(
        "admin",
        "UsersManager.setSuperUserAccess",
        userLogin="ada",
        hasSuperUserAccess="1",
        passwordConfirmation=password(right),
    ),
    "addUser": lambda world, right: world.call(
        "admin",
        "UsersManager.addUser",
        userLogin="dora",
        password=NEW,
        email="dora@example.com",
        passwordConfirmation=password(right),
        **SESSION,
    ),
    "deleteUser": lambda world, right: world.call(
        "admin", "UsersManager.deleteUser", userLogin="ada", passwordConfirmation=password(right), **SESSION
    ),
    "inviteUser": lambda world, right: world.call(
        "admin",
        "UsersManager.inviteUser",
        userLogin="dora",
        email="dora@example.com",
        passwordConfirmation=password(right),
        **SESSION,
    ),
    "resendInvite": lambda world, right: world.call(
        "admin", "UsersManager.resendInvite", userLogin="carol", passwordConfirmation=password(right), **SESSION
    ),
    "generateInviteLink": lambda world, right: world.call(
        "admin", "UsersManager.generateInviteLink", userLogin="carol", passwordConfirmation=password(right), **SESSION
    ),
    "setUserAccess of the anonymous": lambda world, right: world.call(
        "admin",
        "UsersManager.setUserAccess",
        userLogin="anonymous",
        access="view",
        idSites=world.number,
        passwordConfirmation=password(right),
        **SESSION,
    ),
    "deleteSite": lambda world, right: world.call(
        "admin", "SitesManager.deleteSite", idSite=world.number, passwordConfirmation=password(right), **SESSION
    ),
}
FORM = {"password": NEW, "repeat": NEW}
PAGES: dict[str, Guess] = {
    "an invitation": lambda world, right: world.client().get(f"/invitations/{link(world.invitation, right)}"),
    "accepting one": lambda world, right: world.client().post(
        f"/invitations/{link(world.invitation, right)}", data=FORM
    ),
    "declining one": lambda world, right: world.client().post(
        f"/invitations/{link(world.invitation, right)}", data={"action": "decline"}
    ),
    "a reset": lambda world, right: world.client().get(f"/reset-password/{link(world.reset, right)}"),
    "resetting": lambda world, right: world.client().post(f"/reset-password/{link(world.reset, right)}", data=FORM),
    "what cannot be a link": lambda world, right: world.client().get(
        f"/reset-password/{world.reset if right else 'no link'}"
    ),
}


class TestWrongGuesses:
    @pytest.mark.parametrize("guess", REST.values(), ids=REST)
    def test_are_limited_on_rest_routes(self, world, guess: Guess):
        wrong = [guess(world, False) for _ in range(LIMIT)]

        response = guess(world, True)

        assert 429 not in {each.status_code for each in wrong}
        assert (response.status_code, response.json) == (429, THROTTLED)
        assert 0 < int(response.headers["Retry-After"]) <= 900

    @pytest.mark.parametrize("guess", MATOMO.values(), ids=MATOMO)
    def test_are_limited_in_methods_of_matomo(self, world, guess: Guess):
        wrong = [guess(world, False) for _ in range(LIMIT)]

        response = guess(world, True)

        assert {each.json["message"] for each in wrong} == {"The current password you entered is not correct."}
        assert (response.status_code, response.json) == (429, TOO_MANY)
        assert 0 < int(response.headers["Retry-After"]) <= 900

    @pytest.mark.parametrize("guess", PAGES.values(), ids=PAGES)
    def test_are_limited_on_pages(self, world, guess: Guess):
        wrong = [guess(world, False) for _ in range(LIMIT)]

        response = guess(world, True)

        assert {each.status_code for each in wrong} == {404}
        assert (response.status_code, response.mimetype) == (429, "text/html")
        assert "Please wait" in response.text
        assert 0 < int(response.headers["Retry-After"]) <= 900


class TestRightGuesses:
    def test_shares_may_be_opened_as_often_as_a_dashboard_likes(self, world):
        statuses = [world.client().get(f"/api/share/{world.slug}").status_code for _ in range(LIMIT * 5)]

        assert statuses == [200] * LIMIT * 5

    def test_wrong_slugs_from_one_address_hinder_no_other(self, world):
        for _ in range(LIMIT + 1):
            world.client().get(f"/api/share/{uuid4()}")

        assert world.client(address=ELSEWHERE).get(f"/api/share/{world.slug}").status_code == 200

    def test_wrong_access_codes_hinder_no_login(self, world):
        for _ in range(LIMIT + 1):
            REST["joining a team"](world, False)

        assert REST["login"](world, True).status_code == 200

    def test_a_share_that_keeps_its_slug_and_a_team_that_keeps_its_code_are_changed_freely(self, world):
        client = world.client("ada")
        team, share = f"/api/teams/{world.team}", f"/api/share/id/{world.share}"
        code, slug = client.get(team).json["accessCode"], client.get(share).json["slug"]

        answers = [
            answer
            for number in range(LIMIT * 2)
            for answer in (
                client.post(team, json={"name": f"Team {number}", "accessCode": code}),
                client.post(share, json={"name": f"Share {number}", "slug": slug, "parameters": {}}),
            )
        ]

        assert {answer.status_code for answer in answers} == {200}


class TestAStorm:
    def test_the_owner_gets_in_and_the_guessers_are_held_to_the_limit(self, world):
        """16 clients, each from an address of its own, guess one account's password and code; the owner logs in."""
        tries = 3 * LIMIT

        def guesser(number):
            client = world.client(address=f"203.0.113.{number}")
            answers = [
                client.post("/api/auth/login", json={"username": "ada", "password": password(False)}).status_code
                for _ in range(tries)
            ]
            code = client.post("/api/2fa/verify", json={"token": "000000"}, headers={"Authorization": "Bearer x"})
            return answers, code.status_code

        def owner():
            login = {"username": "ada", "password": PASSWORD}
            return world.client(address=ELSEWHERE).post("/api/auth/login", json=login).status_code

        *guesses, in_time = at_once(*(partial(guesser, number) for number in range(1, 17)), owner)
        with world.app.app_context(), transaction() as session:
            rows = session.scalars(select(AuditEvent.action).where(AuditEvent.action == "login-failed")).all()

        assert guesses == [([401] * LIMIT + [429] * (tries - LIMIT), 401)] * 16
        assert (in_time, owner()) == (200, 200)
        assert len(rows) == 16 * LIMIT

    def test_who_knows_the_password_tries_five_codes(self, world, clock):
        """The lock belongs to the account, so that more addresses give no more codes; sessions go on."""
        owner, given = world.client("ada", address=ELSEWHERE), {"username": "ada", "password": PASSWORD}
        secret = owner.post("/api/2fa/setup/initiate").json["manualKey"]
        owner.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()})

        def guesser(number):
            client = world.client(address=f"203.0.113.{number}")
            half_way = client.post("/api/auth/login", json=given).json["partialToken"]
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {half_way}"
            return [client.post("/api/2fa/verify", json={"token": "000000"}).status_code for _ in range(LIMIT)]

        guesses = [status for found in at_once(*(partial(guesser, number) for number in range(16))) for status in found]
        with world.app.app_context(), transaction() as session:
            rows = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("second-factor-%"))).all()
        clock.turn(minutes=16)
        half_way = world.client(address=ELSEWHERE)
        half_way.environ_base["HTTP_AUTHORIZATION"] = (
            f"Bearer {half_way.post('/api/auth/login', json=given).json['partialToken']}"
        )

        assert sorted(guesses) == [400] * 5 + [429] * (16 * LIMIT - 5)
        assert sorted(rows) == ["second-factor-enabled", *["second-factor-failed"] * 5, "second-factor-locked"]
        assert owner.get("/api/me").status_code == 200
        code = pyotp.TOTP(secret).at(datetime.now(UTC))
        assert half_way.post("/api/2fa/verify", json={"token": code}).status_code == 200
