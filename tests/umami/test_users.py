"""Users in Umami's API: whole bodies."""

from datetime import UTC, datetime
from uuid import uuid4

from app.models import User
from tests.conftest import PASSWORD
from tests.umami.bodies import NOT_FOUND, OK, bad_request, iso, page_body, pretty

ADA = {"username": "ada", "password": "correct horse", "role": "user"}


def summary(user):
    return {"id": str(user.id), "username": user.username, "role": user.role, "createdAt": iso(user.created_at)}


def profile(user):
    return {**summary(user), "twoFactorRequired": False}


class TestCreate:
    def test_a_fresh_account_answers_with_id_name_and_role(self, client_of, admin):
        response = client_of(admin).post("/api/users", json=ADA)

        assert response.status_code == 200
        assert response.content_type == "application/json"
        assert pretty(response.json) == pretty({"id": response.json["id"], "username": "ada", "role": "user"})

    def test_a_taken_username_is_refused(self, client_of, admin, make_user):
        make_user(username="ada")

        response = client_of(admin).post("/api/users", json=ADA)

        assert response.status_code == 400
        assert response.json == bad_request("User already exists")

    def test_a_client_may_choose_the_id(self, client_of, admin):
        chosen = str(uuid4())

        response = client_of(admin).post("/api/users", json={**ADA, "id": chosen.upper()})

        assert response.json == {"id": chosen, "username": "ada", "role": "user"}

    def test_a_taken_id_is_refused(self, client_of, admin):
        response = client_of(admin).post("/api/users", json={**ADA, "id": str(admin.id)})

        assert (response.status_code, response.json) == (400, bad_request("A user with this id already exists"))

    def test_what_nobody_asked_for_is_dropped(self, client_of, admin, stored):
        extras = {"isAdmin": True, "createdAt": "2001-01-01T00:00:00.000Z", "logoUrl": "x", "lastSeenAt": "x"}

        response = client_of(admin).post("/api/users", json={**ADA, **extras})

        user = stored(User, response.json["id"])
        assert (user.role, user.created_at.year > 2001, user.logo_url, user.last_seen_at) == ("user", True, None, None)


class TestRead:
    def test_it_is_a_summary(self, client_of, admin, make_user, stored):
        ada = make_user("ada", role="view-only")

        response = client_of(admin).get(f"/api/users/{ada.id}")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(profile(stored(User, ada.id)))

    def test_dates_are_cut_to_three_digits(self, client_of, make_user, change):
        ada = make_user("ada")
        change(User, ada.id, created_at=datetime(2026, 11, 21, 16, 42, 1, 599987, tzinfo=UTC))

        response = client_of(ada).get(f"/api/users/{ada.id}")

        assert response.json["createdAt"] == "2026-11-21T16:42:01.599Z"

    def test_a_date_that_is_not_known_is_null(self, client_of, make_user, change):
        ada = make_user("ada")
        change(User, ada.id, created_at=None)

        response = client_of(ada).get(f"/api/users/{ada.id}")

        assert response.json == {
            "id": str(ada.id),
            "username": "ada",
            "role": "user",
            "createdAt": None,
            "twoFactorRequired": False,
        }

    def test_an_id_may_be_written_in_upper_case(self, client_of, make_user):
        ada = make_user("ada")

        response = client_of(ada).get(f"/api/users/{str(ada.id).upper()}")

        assert (response.status_code, response.json["id"]) == (200, str(ada.id))

    def test_an_unknown_one_is_missing(self, client_of, admin):
        response = client_of(admin).get(f"/api/users/{uuid4()}")

        assert (response.status_code, response.json) == (404, NOT_FOUND)


class TestUpdate:
    def test_the_answer_is_the_account_as_it_is_now(self, client_of, admin, make_user, stored):
        ada = make_user("ada")
        everything = {"username": "countess", "role": "view-only", "password": "another horse", "id": str(uuid4())}

        response = client_of(admin).post(f"/api/users/{ada.id}", json=everything)

        assert response.status_code == 200
        assert pretty(response.json) == pretty(profile(stored(User, ada.id)))
        assert (response.json["username"], response.json["role"]) == ("countess", "view-only")

    def test_nothing_given_writes_nothing(self, client_of, admin, make_user, stored):
        ada = make_user("ada")
        before = stored(User, ada.id).updated_at

        response = client_of(admin).post(f"/api/users/{ada.id}", json={})

        assert response.status_code == 200
        assert stored(User, ada.id).updated_at == before

    def test_a_change_moves_its_time(self, client_of, admin, make_user, stored):
        ada = make_user("ada")
        before = stored(User, ada.id).updated_at

        client_of(admin).post(f"/api/users/{ada.id}", json={"username": "countess"})

        assert stored(User, ada.id).updated_at > before

    def test_the_own_name_is_not_taken(self, client_of, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).post(f"/api/users/{ada.id}", json={"username": "ada", "role": "user"})

        assert (response.status_code, response.json["username"]) == (200, "ada")

    def test_somebody_elses_name_is(self, client_of, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).post(f"/api/users/{ada.id}", json={"username": "admin"})

        assert (response.status_code, response.json) == (400, bad_request("User already exists"))

    def test_name_and_role_from_oneself_are_ignored(self, client_of, make_user, stored):
        ada = make_user("ada")

        response = client_of(ada).post(f"/api/users/{ada.id}", json={"username": "countess", "role": "admin"})

        assert response.status_code == 200
        assert pretty(response.json) == pretty(profile(stored(User, ada.id)))
        assert (response.json["username"], response.json["role"]) == ("ada", "user")

    def test_oneself_may_set_a_password_with_the_current_one(self, client_of, anonymous, make_user):
        ada = make_user("ada")
        passwords = {"password": "another horse", "currentPassword": PASSWORD}

        response = client_of(ada).post(f"/api/users/{ada.id}", json=passwords)

        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": "another horse"})
        assert (response.status_code, login.status_code) == (200, 200)


class TestDelete:
    def test_it_is_ok(self, client_of, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).delete(f"/api/users/{ada.id}")

        assert (response.status_code, response.json) == (200, OK)
        assert client_of(admin).get(f"/api/users/{ada.id}").json == NOT_FOUND

    def test_oneself_is_refused(self, client_of, admin):
        response = client_of(admin).delete(f"/api/users/{str(admin.id).upper()}")

        assert (response.status_code, response.json) == (400, bad_request("You cannot delete yourself."))

    def test_an_unknown_one_is_missing(self, client_of, admin):
        response = client_of(admin).delete(f"/api/users/{uuid4()}")

        assert (response.status_code, response.json) == (404, NOT_FOUND)


class TestAdminList:
    def test_accounts_come_newest_first_with_counts(self, client_of, admin, make_user, make_website, stored, change):
        ada = make_user("ada", role="view-only")
        make_website(owner=ada)
        make_website(owner=ada)
        change(User, ada.id, display_name="Ada L.", logo_url="https://logos.example/ada.png")

        listed = client_of(admin).get("/api/admin/users")
        alias = client_of(admin).get("/api/users")

        def item(user, websites):
            return {
                "id": str(user.id),
                "username": user.username,
                "role": user.role,
                "logoUrl": user.logo_url,
                "displayName": user.display_name,
                "createdAt": iso(user.created_at),
                "twoFactorRequired": False,
                "updatedAt": iso(user.updated_at),
                "deletedAt": None,
                "_count": {"websites": websites},
            }

        items = item(stored(User, ada.id), 2), item(stored(User, admin.id), 0)
        assert pretty(listed.json) == pretty(page_body(*items, orderBy="createdAt"))
        assert pretty(alias.json) == pretty(listed.json)
