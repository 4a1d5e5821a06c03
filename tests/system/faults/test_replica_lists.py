"""What is read from a replica, and what never is."""

from collections.abc import Iterator

import pytest

from tests.live import LiveServer
from tests.system.faults.callers import NEW_USER, Caller, login
from tests.system.faults.cluster import Server, replica_of, until
from tests.system.faults.replicas import all_databases, newcomer, paused, reads_from, url_on
from tests.system.faults.servers import abandoned

MOST_SECONDS_BEHIND = 4


@pytest.fixture(scope="module")
def replica(postgresql: Server) -> Iterator[Server]:
    with replica_of(postgresql) as server:
        yield server


@pytest.fixture(scope="module")
def server(postgresql: Server, replica: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    url = postgresql.ready_database()
    until(lambda: all_databases(replica) == all_databases(postgresql), what="the database")
    with abandoned(
        url,
        tmp_path_factory.mktemp("replicated"),
        workers="1",
        replica_url=url_on(replica, url),
        replica_max_lag=str(MOST_SECONDS_BEHIND),
    ) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: LiveServer) -> Caller:
    """The user who writes."""
    return login(server)


@pytest.fixture(scope="module")
def reader(server: LiveServer, admin: Caller, replica: Server) -> Caller:
    """A user who has written nothing."""
    return newcomer(server, admin, "reader", replica)


@pytest.fixture(scope="module")
def world(admin: Caller, reader: Caller) -> dict[str, str]:
    """Ids to insert into paths."""
    team = admin.post("/api/teams", {"name": "Blue"}).body[0]["id"]
    website = admin.post("/api/websites", {"name": "Site", "domain": "site.example"}).body["id"]
    return {"team": team, "website": website, "admin": admin.user_id, "reader": reader.user_id}


LISTS = {
    "users": ("/api/users", "/api/users", NEW_USER | {"username": "somebody"}),
    "all teams": ("/api/admin/teams", "/api/teams", {"name": "Green"}),
    "a user's teams": ("/api/users/{admin}/teams", "/api/teams", {"name": "Red"}),
    "all websites": ("/api/admin/websites", "/api/websites", {"name": "A", "domain": "a.example"}),
    "a user's websites": ("/api/users/{admin}/websites", "/api/websites", {"name": "B", "domain": "b.example"}),
    "a team's websites": (
        "/api/teams/{team}/websites",
        "/api/websites",
        {"name": "C", "domain": "c.example", "teamId": "{team}"},
    ),
    "members": ("/api/teams/{team}/users", "/api/teams/{team}/users", {"userId": "{reader}", "role": "team-member"}),
    "shares": ("/api/websites/{website}/shares", "/api/websites/{website}/shares", {"name": "Link"}),
}


def count(caller: Caller, path: str) -> int:
    answer = caller.get(path)
    assert answer.status == 200, answer.body
    return int(answer.body["count"])


class TestLists:
    @pytest.mark.parametrize(("path", "write", "body"), LISTS.values(), ids=LISTS.keys())
    def test_the_writer_sees_it_at_once_and_others_when_the_replica_has_it(
        self, admin, reader, replica, world, path: str, write: str, body: dict[str, str]
    ):
        path = path.format(**world)
        body = {name: value.format(**world) for name, value in body.items()}
        before = count(admin, path)
        until(lambda: count(reader, path) == before, what="the replica's catching up")

        with paused(replica):
            written = admin.post(write.format(**world), body)
            own, others = count(admin, path), count(reader, path)
        until(lambda: count(reader, path) == before + 1, what="the replica's catching up")

        assert written.status == 200
        assert (own, others) == (before + 1, before)

    def test_a_writer_sees_it_in_the_next_login_too(self, server, admin, replica, world):
        path = f"/api/users/{admin.user_id}/teams"
        before = count(admin, path)

        with paused(replica):
            admin.post("/api/teams", {"name": "Violet"})
            found = count(login(server), path)

        assert found == before + 1

    def test_a_writer_reads_from_the_replica_again_when_it_has_everything(self, admin, replica, world):
        admin.post("/api/teams", {"name": "Orange"})
        at_once = reads_from(admin, replica)

        until(lambda: reads_from(admin, replica), what="a list from the replica")

        assert not at_once


class TestEverythingElse:
    def test_a_single_object_comes_from_the_primary(self, admin, reader, replica):
        with paused(replica):
            made = admin.post("/api/users", NEW_USER | {"username": "ada"}).body
            found = reader.get(f"/api/users/{made['id']}")

        assert (found.status, found.body["username"]) == (200, "ada")

    def test_a_login_and_its_token_are_known_at_once(self, server, admin, replica):
        with paused(replica):
            admin.post("/api/users", NEW_USER | {"username": "grace"})
            grace = login(server, "grace", NEW_USER["password"])
            found = grace.get("/api/me")

        assert (found.status, found.body["user"]["username"]) == (200, "grace")

    def test_a_name_that_is_taken_is_taken_at_once(self, admin, reader, replica):
        with paused(replica):
            admin.post("/api/users", NEW_USER | {"username": "alan"})
            again = reader.post("/api/users", NEW_USER | {"username": "ALAN"})

        assert again.status == 400
        assert again.body["error"]["message"] == "User already exists"

    def test_who_has_left_a_team_sees_its_lists_no_more(self, server, admin, replica, world):
        member = newcomer(server, admin, "member", replica, role="user")
        lists = [f"/api/teams/{world['team']}/{of}" for of in ("users", "websites")]
        admin.post(f"/api/teams/{world['team']}/users", {"userId": member.user_id, "role": "team-member"})
        until(lambda: count(member, lists[0]) > 0, what="the membership")

        with paused(replica):
            admin.send("DELETE", f"/api/teams/{world['team']}/users/{member.user_id}")
            refused = [member.get(path) for path in lists]
            admin.send("DELETE", f"/api/users/{member.user_id}")
            gone = member.get("/api/me/teams")

        assert [answer.status for answer in [*refused, gone]] == [401, 401, 401]


class TestLag:
    def test_a_replica_that_is_too_far_behind_is_left_alone_until_it_is_back(self, admin, reader, replica):
        until(lambda: reads_from(reader, replica), what="a list from the replica")
        before = count(reader, "/api/admin/teams")

        with paused(replica):
            admin.post("/api/teams", {"name": "Yellow"})
            at_first = count(reader, "/api/admin/teams")
            until(lambda: count(reader, "/api/admin/teams") == before + 1, what="lists from the primary")

        assert at_first == before
        until(lambda: reads_from(reader, replica), what="a list from the replica")
