"""A password is the same on both APIs: space at its ends is never trimmed."""

import pytest

from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

PADDED = "  two words \t"
BARE = PADDED.strip()
TOKEN = "UsersManager.createAppSpecificTokenAuth"


@pytest.fixture
def logs_in(app):
    """Whether ada can log in with a password through Umami's API."""

    def post(password):
        return (
            app.test_client().post("/api/auth/login", json={"username": "ada", "password": password}).status_code == 200
        )

    return post


@pytest.fixture
def gets_token(stranger):
    """Whether ada gets a token for a password from Matomo's API."""

    def ask(password):
        response = stranger.call(TOKEN, userLogin="ada", passwordConfirmation=password, description="x")
        return len(response.json.get("value", "")) == 32

    return ask


def test_what_umamis_api_sets_is_confirmed_on_matomos(client_of, root, caller_of, add, gets_token):
    ada = add("ada", password=PADDED)
    client_of(root).post(f"/api/users/{ada.id}", json={"password": PADDED})

    response = caller_of(ada).call(
        "UsersManager.updateUser", userLogin="ada", email="new@example.org", passwordConfirmation=PADDED
    )

    assert response.json == SUCCESS
    assert gets_token(PADDED)
    assert not gets_token(BARE)


def test_what_matomos_api_sets_opens_umamis(superuser, logs_in):
    response = superuser.call("UsersManager.addUser", userLogin="ada", password=PADDED, email="ada@example.org")

    assert response.json == SUCCESS
    assert logs_in(PADDED)
    assert not logs_in(BARE)


def test_so_does_what_is_changed_there(superuser, root, add, logs_in):
    add("ada")

    response = superuser.call(
        "UsersManager.updateUser", userLogin="ada", password=PADDED, passwordConfirmation=root.password
    )

    assert response.json == SUCCESS
    assert logs_in(PADDED)
    assert not logs_in(BARE)


def test_as_a_part_of_a_bulk_request_too(superuser, logs_in):
    url = "method=UsersManager.addUser&userLogin=ada&password=%20two%20words%20&email=ada@example.org"

    assert superuser.call("API.getBulkRequest", urls=[url]).json == [SUCCESS]
    assert logs_in(" two words ")
    assert not logs_in("two words")


def test_a_confirmation_with_space_that_the_password_has_not_is_wrong(superuser, root):
    response = superuser.call(
        "UsersManager.setSuperUserAccess",
        userLogin=root.username,
        hasSuperUserAccess=1,
        passwordConfirmation=f" {root.password}",
    )

    assert response.json == failure(says.WRONG_PASSWORD)


def test_space_alone_is_a_weak_password(superuser):
    response = superuser.call("UsersManager.addUser", userLogin="ada", password=" " * 8, email="ada@example.org")

    assert response.json == failure(says.TOO_WEAK)


def test_other_values_are_trimmed(superuser, logs_in):
    superuser.call("UsersManager.addUser", userLogin=" ada ", password=PADDED, email=" ada@example.org ")

    assert superuser.call("UsersManager.getUser", userLogin="ada").json["email"] == "ada@example.org"
    assert logs_in(PADDED)
