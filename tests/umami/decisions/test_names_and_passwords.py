"""Changing your own password, the 72 bytes of bcrypt, and rules for names."""

from dataclasses import replace

import bcrypt
import pytest
from sqlalchemy import select, update

from app.models import Team, User, Website
from tests.racing import at_once, statuses
from tests.umami.decisions.envelopes import bad_fields, bad_request

NEW = "another correct horse"
WRONG_CURRENT = bad_request("Current password is incorrect")
TOO_MANY_BYTES = "Too big: expected string to have <=72 bytes in UTF-8"
LONG = {"ASCII": "a" * 73, "two bytes each": "ä" * 37, "four bytes each": "🐴" * 18 + "a"}
FULL = {"ASCII": "a" * 72, "two bytes each": "ä" * 36, "four bytes each": "🐴" * 18}


class TestOwnPassword:
    @pytest.mark.parametrize("role", ["user", "view-only"])
    @pytest.mark.parametrize("current", [{}, {"currentPassword": ""}, {"currentPassword": "wrong"}])
    def test_it_is_not_changed_without_the_current_one(self, client_of, log_in, make_user, role, current):
        ada = make_user("ada", role=role)

        response = client_of(ada).post(f"/api/users/{ada.id}", json={"password": NEW, **current})

        assert response.status_code == 400
        assert response.json == WRONG_CURRENT
        assert log_in(ada).status_code == 200

    def test_it_is_changed_with_the_current_one(self, client_of, log_in, make_user):
        ada = make_user("ada")

        response = client_of(ada).post(f"/api/users/{ada.id}", json={"password": NEW, "currentPassword": ada.password})

        assert response.status_code == 200
        assert [log_in(ada).status_code, log_in(ada, password=NEW).status_code] == [401, 200]

    def test_without_a_new_password_the_current_one_is_not_asked_for(self, client_of, make_user):
        ada = make_user("ada")

        response = client_of(ada).post(f"/api/users/{ada.id}", json={"username": "root", "role": "admin"})

        assert response.status_code == 200
        assert (response.json["username"], response.json["role"]) == ("ada", "user")

    def test_administrators_set_passwords_without_knowing_them(self, client_of, log_in, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).post(f"/api/users/{ada.id}", json={"password": NEW})

        assert response.status_code == 200
        assert log_in(ada, password=NEW).status_code == 200


class TestSeventyTwoBytes:
    @pytest.mark.parametrize("password", LONG.values(), ids=LONG)
    def test_a_longer_new_password_is_refused(self, client_of, admin, make_user, password):
        ada = make_user("ada")
        calls = [
            (client_of(admin), "/api/users", {"username": "bob", "role": "user", "password": password}, "password"),
            (client_of(admin), f"/api/users/{ada.id}", {"password": password}, "password"),
            (
                client_of(ada),
                "/api/me/password",
                {"currentPassword": ada.password, "newPassword": password},
                "newPassword",
            ),
        ]

        responses = [client.post(path, json=body) for client, path, body, _ in calls]

        assert [response.status_code for response in responses] == [400] * 3
        assert [response.json for response in responses] == [bad_fields(**{call[3]: TOO_MANY_BYTES}) for call in calls]

    @pytest.mark.parametrize("password", FULL.values(), ids=FULL)
    def test_one_of_72_bytes_counts_to_the_last(self, log_in, make_user, password):
        ada = make_user("ada", password=password)

        statuses = [log_in(ada, password=given).status_code for given in (password, password[:-1], password[:-1] + "b")]

        assert statuses == [200, 401, 401]

    @pytest.mark.parametrize("password", [*LONG.values(), "a" + "ä" * 60], ids=[*LONG, "cut inside a character"])
    def test_of_a_hash_made_elsewhere_the_first_72_bytes_count(self, log_in, make_user, in_database, password):
        ada = make_user("ada")
        made_elsewhere = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4, prefix=b"2a")).decode()
        with in_database() as session:
            session.execute(update(User).where(User.id == ada.id).values(password_hash=made_elsewhere))

        statuses = [log_in(ada, password=given).status_code for given in (password, password + "?", "?" + password)]

        assert statuses == [200, 200, 401]


class TestHashesTravel:
    @pytest.fixture
    def hash_of(self, in_database):
        def read(person):
            with in_database() as session:
                return session.scalars(select(User.password_hash).where(User.id == person.id)).one()

        return read

    @pytest.fixture
    def stored_cheaply(self, app, make_user, monkeypatch):
        """A user whose hash has a lower cost than is configured now."""
        ada = make_user("ada")
        made = app.extensions["frontdesk"]
        dearer = replace(made, config=replace(made.config, bcrypt_cost=5))
        monkeypatch.setitem(app.extensions, "frontdesk", dearer)
        return ada

    def test_a_cheap_hash_is_renewed_at_login(self, log_in, stored_cheaply, hash_of):
        before = hash_of(stored_cheaply)

        response = log_in(stored_cheaply)

        assert response.status_code == 200
        assert before.startswith("$2b$04$")
        assert hash_of(stored_cheaply).startswith("$2b$05$")
        assert len(hash_of(stored_cheaply)) == 60

    def test_the_renewed_hash_accepts_the_password_and_no_other(self, log_in, stored_cheaply):
        log_in(stored_cheaply)

        assert log_in(stored_cheaply).status_code == 200
        assert log_in(stored_cheaply, password="wrong").status_code == 401

    def test_a_long_password_of_old_survives_the_renewal(self, log_in, stored_cheaply, in_database, hash_of):
        password = "ä" * 50
        made_elsewhere = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
        with in_database() as session:
            session.execute(update(User).values(password_hash=made_elsewhere))

        statuses = [log_in(stored_cheaply, password=password).status_code for _ in range(2)]

        assert statuses == [200, 200]
        assert hash_of(stored_cheaply).startswith("$2b$05$")

    def test_a_wrong_password_renews_nothing(self, log_in, stored_cheaply, hash_of):
        log_in(stored_cheaply, password="wrong")

        assert hash_of(stored_cheaply).startswith("$2b$04$")

    def test_what_is_no_hash_opens_for_nobody(self, log_in, make_user, in_database):
        ada = make_user("ada")
        with in_database() as session:
            session.execute(update(User).values(password_hash="correct horse"))

        response = log_in(ada)

        assert response.status_code == 401

    def test_logins_of_one_moment_all_succeed_although_one_alone_renews(self, log_in, stored_cheaply, hash_of):
        answers = at_once(*[lambda: log_in(stored_cheaply)] * 6)

        assert statuses(answers) == [200] * 6
        assert hash_of(stored_cheaply).startswith("$2b$05$")


class TestUsernames:
    REFUSED = {
        "empty": ("", "Too small: expected string to have >=1 characters"),
        "blanks": (" \t\n ", "Too small: expected string to have >=1 characters"),
        "too long": ("a" * 256, "Too big: expected string to have <=255 characters"),
        "a line end": ("ada\nlovelace", "Invalid string: must not contain control characters"),
        "DEL": ("ada\x7f", "Invalid string: must not contain control characters"),
        "a C1 control": ("ada\x85lovelace", "Invalid string: must not contain control characters"),
        "a line separator": ("ada\u2028lovelace", "Invalid string: must not contain control characters"),
    }

    @pytest.mark.parametrize(("username", "text"), REFUSED.values(), ids=REFUSED)
    def test_such_names_are_refused(self, client_of, admin, make_user, username, text):
        client, ada = client_of(admin), make_user("ada")

        made = client.post("/api/users", json={"username": username, "password": NEW, "role": "user"})
        renamed = client.post(f"/api/users/{ada.id}", json={"username": username})

        assert [made.status_code, renamed.status_code] == [400, 400]
        assert [made.json, renamed.json] == [bad_fields(username=text)] * 2
        assert client.get("/api/admin/users").json["count"] == 2

    def test_names_are_trimmed(self, client_of, admin, log_in):
        response = client_of(admin).post("/api/users", json={"username": "  ada ", "password": NEW, "role": "user"})

        assert response.json["username"] == "ada"
        assert log_in("ada", password=NEW).status_code == 200

    @pytest.mark.parametrize("username", ["a" * 255, "Ada Lovelace", "ada@engine.example", "Žofie", "小明", "🐴"])
    def test_names_of_all_the_world_are_kept_as_given(self, client_of, admin, log_in, username):
        response = client_of(admin).post("/api/users", json={"username": username, "password": NEW, "role": "user"})

        assert response.status_code == 200
        assert response.json["username"] == username
        assert log_in(username, password=NEW).json["user"]["username"] == username


INVISIBLE = "Invalid string: must not contain invisible or unassigned characters"
MIXED = "Invalid string: must not mix letters of several scripts"


class TestNamesThatLookLikeOthers:
    UNSEEN = {
        "zero width space": "spa\u200bced",
        "override from right to left": "\u202eevil",
        "isolate": "a\u2066b",
        "soft hyphen": "spa\u00adced",
        "zero width joiner": "👨\u200d👩",
        "zero width non-joiner": "می\u200cخواهم",
        "byte order mark": "\ufeffada\ufeffa",
        "unassigned": "ada\u0378",
        "no character": "ada\uffff",
        "Hangul filler": "ada\u3164",
        "tag": "ada\U000e0041",
    }
    OLD = {"zero width space": "spa\u200bced", "two scripts": "\u0455paced"}

    @pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
    def test_what_does_not_show_is_refused_in_new_names(
        self, client_of, admin, make_user, make_team, make_website, name
    ):
        client, ada = client_of(admin), make_user("ada")
        team, site = make_team(admin, "Blue"), make_website("Shop", owner=admin)
        calls = [
            ("/api/users", {"username": name, "password": NEW, "role": "user"}, "username"),
            ("/api/users", {"username": "b", "password": NEW, "role": "user", "displayName": name}, "displayName"),
            (f"/api/users/{ada.id}", {"username": name}, "username"),
            (f"/api/users/{ada.id}", {"displayName": name}, "displayName"),
            ("/api/invitations", {"username": name}, "username"),
            ("/api/teams", {"name": name}, "name"),
            (f"/api/teams/{team}", {"name": name}, "name"),
            ("/api/websites", {"name": name, "domain": "a.example"}, "name"),
            (f"/api/websites/{site}", {"name": name}, "name"),
            (f"/api/teams/{team}/websites", {"name": name, "domain": "a.example"}, "name"),
        ]

        responses = [client.post(path, json=body) for path, body, _ in calls]

        assert [response.status_code for response in responses] == [400] * len(calls)
        assert [response.json for response in responses] == [bad_fields(**{field: INVISIBLE}) for *_, field in calls]

    @pytest.mark.parametrize("name", ["a\nb", "a\x7fb", "a\u2028b"], ids=ascii)
    def test_control_characters_are_refused_in_names_of_teams_and_websites(self, client_of, admin, name):
        client = client_of(admin)

        responses = [
            client.post("/api/teams", json={"name": name}),
            client.post("/api/websites", json={"name": name, "domain": "a.example"}),
        ]

        assert [response.json for response in responses] == [bad_fields(name=INVISIBLE)] * 2

    SEVERAL = {
        "Cyrillic and Latin": "\u0455paced",
        "Greek and Latin": "\u03a9mega",
        "one letter at the end": "ad\u0456",
        "Cherokee and Latin": "\u13a0da",
        "Katakana and Hangul": "カタ김",
        "Braille between": "spa\u2800ced",
    }

    @pytest.mark.parametrize("name", SEVERAL.values(), ids=SEVERAL)
    def test_letters_of_several_scripts_are_refused_in_new_usernames(self, client_of, admin, make_user, name):
        client, ada = client_of(admin), make_user("ada")

        responses = [
            client.post("/api/users", json={"username": name, "password": NEW, "role": "user"}),
            client.post(f"/api/users/{ada.id}", json={"username": name}),
            client.post("/api/invitations", json={"username": name}),
        ]

        assert [response.status_code for response in responses] == [400] * 3
        assert [response.json for response in responses] == [bad_fields(username=MIXED)] * 3

    @pytest.mark.parametrize("name", ["\u0455paced", "Ωmega Shop", "❤\ufe0f", "🫨"], ids=ascii)
    def test_other_names_may_mix_them(self, client_of, admin, make_user, name):
        client, ada = client_of(admin), make_user("ada")

        named = [
            client.post("/api/teams", json={"name": name}).json[0]["name"],
            client.post("/api/websites", json={"name": name, "domain": "a.example"}).json["name"],
        ]
        client.post(f"/api/users/{ada.id}", json={"displayName": name})

        assert [*named, client.get(f"/api/users/{ada.id}").json["displayName"]] == [name] * 3

    def test_a_selector_of_variants_does_not_make_another_username(self, client_of, admin):
        response = client_of(admin).post(
            "/api/users", json={"username": "spa\ufe0fced", "password": NEW, "role": "user"}
        )

        assert (response.status_code, response.json) == (400, bad_fields(username=INVISIBLE))

    @pytest.mark.parametrize(
        "name",
        [
            "ミサキ太郎Ada",
            "김철수 kim",
            "ㄅ中Ada",
            "Привет-2",
            "مريم",
            "नमस्ते",
            "l·l",
            "Ada–O’Neill",
            "ᏣᎳᎩ",
            "a\u0301da",
            "µs",
        ],
    )
    def test_what_one_language_writes_together_is_one_name(self, client_of, admin, log_in, name):
        response = client_of(admin).post("/api/users", json={"username": name, "password": NEW, "role": "user"})

        assert (response.status_code, response.json["username"]) == (200, name)
        assert log_in(name, password=NEW).status_code == 200

    def test_who_is_invited_by_an_address_is_called_by_it_whatever_its_domain(self, client_of, admin):
        response = client_of(admin).post("/api/invitations", json={"email": "ada@пример.рф"})

        assert (response.status_code, response.json["username"]) == (200, "ada@пример.рф")

    @pytest.mark.parametrize("name", OLD.values(), ids=OLD)
    def test_names_that_exist_stay_valid(self, client_of, admin, log_in, make_user, in_database, name):
        ada = make_user("ada")
        with in_database() as session:
            session.get(User, ada.id).username = name
            session.get(User, ada.id).display_name = "\u202eevil"
        logged_in = log_in(name, password=ada.password)
        own = {"Authorization": f"Bearer {logged_in.json['token']}"}
        whole = client_of(admin).get(f"/api/users/{ada.id}").json

        by_admin = client_of(admin).post(f"/api/users/{ada.id}", json=whole | {"role": "view-only"})
        by_oneself = client_of(admin).post(f"/api/users/{ada.id}", json=whole, headers=own)

        assert logged_in.json["user"]["username"] == name
        assert (by_admin.status_code, by_admin.json["username"], by_admin.json["role"]) == (200, name, "view-only")
        assert (by_oneself.status_code, by_oneself.json["username"]) == (200, name)

    def test_names_of_teams_and_websites_that_exist_stay_valid(
        self, client_of, admin, make_team, make_website, in_database
    ):
        client, team, site = client_of(admin), make_team(admin), make_website(owner=admin)
        with in_database() as session:
            session.get(Team, team).name = session.get(Website, site).name = "spa\u200bced"
        bodies = {path: client.get(path).json for path in (f"/api/teams/{team}", f"/api/websites/{site}")}

        responses = [client.post(path, json=body) for path, body in bodies.items()]

        assert [(response.status_code, response.json["name"]) for response in responses] == [(200, "spa\u200bced")] * 2
