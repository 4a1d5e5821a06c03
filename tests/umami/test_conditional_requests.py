"""``ETag``, ``If-Match`` and ``If-None-Match`` on single users, teams and websites."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Person
from tests.racing import ROUNDS, at_once, statuses

CHANGED = {
    "error": {
        "message": "It is not as the request expects: it exists already, or was changed or deleted since it was read. "
        "Read it again, and repeat the change if it still makes sense.",
        "code": "precondition-failed",
        "status": 412,
    }
}


@dataclass(frozen=True)
class Resource:
    """A user, a team or a website that an administrator may change."""

    client: FlaskClient
    path: str
    field: str

    def get(self, **headers: str) -> Any:
        return self.client.get(self.path, headers=named(headers))

    def tag(self) -> str:
        return str(self.get().headers["ETag"])

    def change(self, value: str, **headers: str) -> Any:
        return self.client.post(self.path, json={self.field: value}, headers=named(headers))

    def delete(self, **headers: str) -> Any:
        return self.client.delete(self.path, headers=named(headers))


def named(headers: dict[str, str]) -> dict[str, str]:
    """Return ``{"If-Match": …}`` for ``if_match=…``."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(params=["user", "team", "website"])
def resource(
    request: pytest.FixtureRequest,
    client_of: Callable[[Person], FlaskClient],
    admin: Person,
    make_user: Callable[..., Person],
    make_team: Callable[..., Any],
    make_website: Callable[..., Any],
) -> Resource:
    ada = make_user("ada")
    paths = {
        "user": lambda: (f"/api/users/{ada.id}", "username"),
        "team": lambda: (f"/api/teams/{make_team(ada, member=make_user('bob'))}", "name"),
        "website": lambda: (f"/api/websites/{make_website(owner=ada)}", "name"),
    }
    return Resource(client_of(admin), *paths[request.param]())


class TestTag:
    def test_it_is_strong_and_stays_while_nothing_changes(self, resource):
        first, second = resource.get(), resource.get()

        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["ETag"].startswith('"')
        assert first.data == second.data

    def test_every_change_gives_another(self, resource):
        before = resource.tag()

        assert resource.change("first").status_code == 200

        assert resource.tag() != before

    def test_two_changes_within_a_microsecond_do_not_share_one(self, resource, clock):
        clock.stop()
        tags = []
        for name in ("first", "second", "third"):
            resource.change(name)
            tags.append(resource.tag())

        assert len(set(tags)) == 3

    def test_it_covers_the_members_of_a_team(self, client_of, admin, make_user, make_team):
        bob = make_user("bob")
        team = Resource(client_of(admin), f"/api/teams/{make_team(admin)}", "name")
        before = team.tag()

        team.client.post(f"{team.path}/users", json={"userId": str(bob.id), "role": "team-member"})

        assert team.tag() != before
        assert team.change("Blue", if_match=before).json == CHANGED

    def test_a_member_and_a_manager_get_different_ones_since_only_one_sees_the_access_code(
        self, client_of, make_user, make_team
    ):
        owner, member = make_user(), make_user()
        path = f"/api/teams/{make_team(owner, member=member)}"

        tags = {client_of(person).get(path).headers["ETag"] for person in (owner, member)}

        assert len(tags) == 2

    def test_lists_and_changes_have_none(self, resource):
        answers = [resource.change("first"), resource.client.get("/api/users"), resource.delete()]

        assert [answer.headers.get("ETag") for answer in answers] == [None] * 3


class TestReading:
    def test_a_version_that_the_client_has_is_not_sent_again(self, resource):
        tag = resource.tag()

        response = resource.get(if_none_match=tag)

        assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", tag)
        assert "Content-Type" not in response.headers

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', 'W/"other",{}', "*", " * "])
    def test_tags_are_compared_weakly(self, resource, form: str):
        assert resource.get(if_none_match=form.format(resource.tag())).status_code == 304

    @pytest.mark.parametrize("form", ['"other"', "", "other", '"'])
    def test_other_versions_are_sent(self, resource, form: str):
        response = resource.get(if_none_match=form)

        assert response.status_code == 200
        assert response.data == resource.get().data

    def test_the_caller_is_one_too(self, client_of, admin):
        client = client_of(admin)
        tag = client.get("/api/me").headers["ETag"]

        assert client.get("/api/me", headers={"If-None-Match": tag}).status_code == 304

    def test_a_caller_who_may_not_read_learns_nothing(self, resource, client_of, make_user, anonymous):
        tag = {"If-None-Match": resource.tag()}

        answers = [client.get(resource.path, headers=tag) for client in (anonymous, client_of(make_user()))]

        assert [answer.status_code for answer in answers] == [401, 401]

    def test_head_has_the_same_tag(self, resource):
        assert resource.client.head(resource.path).headers["ETag"] == resource.tag()

    def test_if_match_holds_for_reading_as_well(self, resource):
        assert resource.get(if_match=resource.tag()).status_code == 200
        assert (resource.get(if_match='"other"').status_code, resource.get(if_match='"other"').json) == (412, CHANGED)


class TestChanging:
    @pytest.mark.parametrize("form", ["{}", '"other", {}', "*"])
    def test_the_version_that_was_read_is_changed(self, resource, form: str):
        response = resource.change("first", if_match=form.format(resource.tag()))

        assert (response.status_code, response.json[resource.field]) == (200, "first")

    @pytest.mark.parametrize("form", ['"other"', "W/{}", "", "other"])
    def test_another_version_or_a_weak_tag_is_not(self, resource, form: str):
        before = resource.get().json

        response = resource.change("first", if_match=form.format(resource.tag()))

        assert (response.status_code, response.json) == (412, CHANGED)
        assert resource.get().json == before

    def test_a_change_in_between_counts(self, resource):
        tag = resource.tag()
        resource.change("first")

        response = resource.change("second", if_match=tag)

        assert (response.status_code, response.json) == (412, CHANGED)
        assert resource.get().json[resource.field] == "first"

    @pytest.mark.parametrize("form", ["*", "{}", "W/{}"])
    def test_if_none_match_rejects_versions_that_match(self, resource, form: str):
        response = resource.change("first", if_none_match=form.format(resource.tag()))

        assert (response.status_code, response.json) == (412, CHANGED)

    def test_who_may_not_change_it_gets_the_usual_error(self, resource, client_of, make_user):
        response = client_of(make_user()).post(
            resource.path, json={resource.field: "first"}, headers={"If-Match": '"other"'}
        )

        assert response.status_code == 401

    def test_of_two_changes_to_the_same_version_one_succeeds(self, resource):
        for number in range(ROUNDS):
            tag = resource.tag()

            answers = at_once(
                partial(resource.change, f"name{number}a", if_match=tag),
                partial(resource.change, f"name{number}b", if_match=tag),
            )

            assert statuses(answers) == [200, 412]
            (changed,) = [answer.json for answer in answers if answer.status_code == 200]
            assert resource.get().json[resource.field] == changed[resource.field]


class TestDeleting:
    @pytest.mark.parametrize("form", ["{}", "*"])
    def test_the_version_that_was_read_is_deleted(self, resource, form: str):
        assert resource.delete(if_match=form.format(resource.tag())).json == {"ok": True}
        assert resource.get().status_code == 404

    def test_a_version_that_was_changed_is_not(self, resource):
        tag = resource.tag()
        resource.change("first")

        response = resource.delete(if_match=tag)

        assert (response.status_code, response.json) == (412, CHANGED)
        assert resource.get().status_code == 200

    def test_a_website_under_its_team_has_the_tag_of_the_website(self, client_of, admin, make_team, make_website):
        team = make_team(admin)
        website = Resource(client_of(admin), f"/api/websites/{make_website(team=team)}", "name")
        tag, path = website.tag(), website.path.replace("/websites/", f"/teams/{team}/websites/")

        answers = [website.client.delete(path, headers={"If-Match": sent}) for sent in ('"other"', tag)]

        assert [answer.json for answer in answers] == [CHANGED, {"ok": True}]

    def test_what_does_not_exist_is_not_found(self, resource):
        resource.delete()

        assert resource.delete(if_match="*").status_code == 404

    def test_a_change_and_a_deletion_of_the_same_version_do_not_both_succeed(self, resource):
        tag = resource.tag()

        changed, deleted = at_once(
            lambda: resource.change("first", if_match=tag), lambda: resource.delete(if_match=tag)
        )

        assert (changed.status_code, deleted.status_code) in {(200, 412), (404, 200)}


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_headers_that_are_too_long_are_rejected(resource, header: str, method: str):
    before = resource.get().json

    response = resource.client.open(
        resource.path,
        method=method,
        json={resource.field: "first"} if method == "POST" else None,
        headers={header: '"x",' * 1100},
    )

    assert (response.status_code, response.json) == (
        431,
        {"error": {"message": "Request header fields too large", "code": "bad-request", "status": 431}},
    )
    assert resource.get().json == before
