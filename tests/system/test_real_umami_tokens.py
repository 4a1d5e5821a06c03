"""
A real Umami accepts our tokens.

Needs TEST_UMAMI_URL, where Umami 3.1 or later runs without Redis, TEST_UMAMI_APP_SECRET, its secret, and
TEST_UMAMI_DATABASE_URL, its database, with an administrator ``admin`` whose password is TEST_UMAMI_PASSWORD (by default
``umami``).
"""

import os
from uuid import UUID, uuid4

import psycopg
import pytest

from app.domain.shared_views import EntityType, SharedView
from app.security.umami_tokens import UmamiTokens
from tests.gateway import umami
from tests.system.beside_umami import ask

URL, SECRET, DATABASE = (os.environ.get(f"TEST_UMAMI_{name}", "") for name in ("URL", "APP_SECRET", "DATABASE_URL"))
PASSWORD = os.environ.get("TEST_UMAMI_PASSWORD", "umami")

pytestmark = pytest.mark.skipif(
    not (URL and SECRET and DATABASE),
    reason="TEST_UMAMI_URL, TEST_UMAMI_APP_SECRET or TEST_UMAMI_DATABASE_URL is not set",
)


@pytest.fixture(scope="module")
def theirs() -> str:
    """The token that Umami gives its administrator."""
    credentials = f'{{"username": "admin", "password": "{PASSWORD}"}}'
    return str(ask(URL, "POST /api/auth/login", body=credentials.encode())[1]["token"])


@pytest.fixture(scope="module")
def admin(theirs) -> dict:
    return dict(umami.claims_of(f"Bearer {theirs}", SECRET))


@pytest.fixture(scope="module")
def password_hash(admin) -> str:
    with psycopg.connect(DATABASE) as connection:
        found = connection.execute('SELECT password FROM "user" WHERE user_id = %s', [admin["userId"]]).fetchone()
    assert found is not None
    return str(found[0])


@pytest.fixture
def minting() -> UmamiTokens:
    return UmamiTokens(SECRET)


@pytest.fixture
def website(theirs):
    body = b'{"name": "Site", "domain": "site.example"}'
    made = ask(URL, "POST /api/websites", body=body, Authorization=f"Bearer {theirs}")[1]["id"]
    yield UUID(made)
    ask(URL, f"DELETE /api/websites/{made}", Authorization=f"Bearer {theirs}")


def stats(website: UUID) -> str:
    return f"GET /api/websites/{website}/stats?startAt=0&endAt=1999999999999"


def test_a_token_says_what_one_of_umami_says(admin, minting, password_hash):
    token = minting.for_user(UUID(admin["userId"]), admin["role"], password_hash)

    ours = umami.claims_of(f"Bearer {token}", SECRET)
    assert {name: ours[name] for name in admin if name != "iat"} == {n: v for n, v in admin.items() if n != "iat"}


def test_a_user_is_taken_for_themselves(admin, minting, password_hash):
    token = minting.for_user(UUID(admin["userId"]), admin["role"], password_hash)

    status, body = ask(URL, "GET /api/me", Authorization=f"Bearer {token}")

    assert (status, body["user"]["id"], body["user"]["username"]) == (200, admin["userId"], "admin")


def test_not_after_five_minutes(admin, minting, password_hash, clock):
    clock.turn(minutes=-5, seconds=-1)
    token = minting.for_user(UUID(admin["userId"]), admin["role"], password_hash)

    assert ask(URL, "GET /api/me", Authorization=f"Bearer {token}")[0] == 401


def test_nor_a_user_who_does_not_exist(minting):
    assert ask(URL, "GET /api/me", Authorization=f"Bearer {minting.for_user(uuid4(), 'admin', '')}")[0] == 401


def test_a_share_token_shows_its_website_only(minting, website):
    token = minting.for_share(SharedView(uuid4(), website, EntityType.WEBSITE.value, {}))
    headers = {"x_umami_share_token": token, "x_umami_share_context": "1"}

    assert ask(URL, stats(website), **headers)[0] == 200
    assert ask(URL, stats(uuid4()), **headers)[0] == 401


def test_one_of_a_board_shows_what_is_on_it(minting, website):
    on_board = [(EntityType.WEBSITE, website)]
    token = minting.for_share(SharedView(uuid4(), uuid4(), EntityType.BOARD.value, {}, on_board))
    headers = {"x_umami_share_token": token, "x_umami_share_context": "1"}

    assert ask(URL, stats(website), **headers)[0] == 200
    assert ask(URL, stats(uuid4()), **headers)[0] == 401
