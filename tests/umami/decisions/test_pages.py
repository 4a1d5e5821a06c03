"""Pages of lists: limited in size, in a total order, with Umami 3.3's parameters."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.models import LoginSession, Membership, Share, Team, User, Website

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 11
LISTS = {
    "users": "/api/admin/users",
    "users by role": "/api/admin/users?orderBy=role",
    "teams": "/api/admin/teams",
    "teams by name": "/api/admin/teams?orderBy=name&sortDescending=true",
    "websites": "/api/admin/websites",
    "websites by domain": "/api/admin/websites?orderBy=domain",
    "own teams": "/api/me/teams",
    "own teams, by their other name": "/api/teams",
    "a user's teams": "/api/users/{user}/teams",
    "own websites": "/api/me/websites",
    "own websites, by their other name": "/api/websites",
    "a user's websites": "/api/users/{user}/websites",
    "a user's websites and those of teams": "/api/users/{user}/websites?includeTeams=true",
    "a team's websites": "/api/teams/{team}/websites",
    "a team's members": "/api/teams/{team}/users",
    "a website's shares": "/api/websites/{website}/shares",
    "own sessions": "/api/me/sessions",
}


@pytest.fixture
def walk(client_of, admin, in_database):
    """``walk(path)`` returns all items of a list, page by page; all of them have the same name and the same age."""
    with in_database() as session:
        people = [User(id=uuid4(), username=f"user{n}", role="admin", password_hash="") for n in range(ROWS - 1)]
        teams = [Team(id=uuid4(), name="Team") for _ in range(ROWS)]
        session.add_all([*people, *teams])
        session.flush()
        session.add_all(Membership(id=uuid4(), team_id=team.id, user_id=admin.id, role="team-owner") for team in teams)
        session.add_all(
            Membership(id=uuid4(), team_id=teams[0].id, user_id=user.id, role="team-member") for user in people
        )
        websites = [
            Website(id=uuid4(), name="Site", domain="site.example", **{holder: value})
            for holder, value in (("user_id", admin.id), ("team_id", teams[0].id))
            for _ in range(ROWS)
        ]
        session.add_all(websites)
        session.flush()
        session.add_all(
            Share(id=uuid4(), entity_id=websites[0].id, name="Link", slug=f"slug{n}", parameters={})
            for n in range(ROWS)
        )
    client = client_of(admin)
    for _ in range(ROWS - 1):
        client_of(admin)
    with in_database() as session:
        for model in (User, Team, Membership, Website, Share, LoginSession):
            session.execute(update(model).values(created_at=MOMENT))
        website = session.scalars(select(Share.entity_id).limit(1)).one()

    def pages(path):
        path = path.format(user=admin.id, team=teams[0].id, website=website)
        path += "&" if "?" in path else "?"
        rows, number = [], 1
        while page := client.get(f"{path}pageSize=4&page={number}").json["data"]:
            rows, number = rows + page, number + 1
        return rows

    return pages


class TestTotalOrder:
    @pytest.mark.parametrize("path", LISTS.values(), ids=LISTS)
    def test_pages_neither_overlap_nor_leave_gaps(self, walk, path):
        ids = [row["id"] for row in walk(path)]

        newest_first = "shares" in path or "sessions" in path
        assert len(ids) >= ROWS
        assert ids == sorted(set(ids), reverse=newest_first)

    @pytest.mark.parametrize(
        ("path", "names"),
        [
            ("/api/admin/users", ["new", "admin", "old"]),
            ("/api/admin/teams", ["new", "old"]),
            ("/api/me/teams", ["old", "new"]),
            ("/api/admin/websites", ["A new", "B old"]),
            ("/api/me/websites", ["A new", "B old"]),
        ],
    )
    def test_without_ties_lists_go_by_age_or_name(
        self, client_of, admin, make_user, make_team, make_website, in_database, path, names
    ):
        for age, label in ((2024, "old"), (2027, "new")):
            made = {
                User: make_user(label).id,
                Team: make_team(admin, label),
                Website: make_website(f"{'B' if label == 'old' else 'A'} {label}", owner=admin),
            }
            with in_database() as session:
                for model, identity in made.items():
                    session.execute(
                        update(model).where(model.id == identity).values(created_at=MOMENT.replace(year=age))
                    )

        rows = client_of(admin).get(path).json["data"]

        assert [row.get("username") or row["name"] for row in rows] == names


class TestPageSize:
    def test_a_larger_one_is_cut_and_the_answer_says_so(self, client_of, admin):
        answer = client_of(admin).get("/api/admin/teams?pageSize=100000").json

        assert answer == {"data": [], "count": 0, "page": 1, "pageSize": 1000}

    def test_pages_of_a_cut_size_follow_each_other(self, client_of, admin, make_team):
        for name in ("Blue", "Green"):
            make_team(admin, name)

        answer = client_of(admin).get("/api/admin/teams?pageSize=100000&page=2").json

        assert answer == {"data": [], "count": 2, "page": 2, "pageSize": 1000}

    @pytest.mark.parametrize("size", [1, 999, 1000])
    def test_up_to_the_limit_it_is_what_was_asked_for(self, client_of, admin, size):
        assert client_of(admin).get(f"/api/admin/teams?pageSize={size}").json["pageSize"] == size
