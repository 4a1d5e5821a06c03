"""Search is for what was typed: nothing in it is a wildcard, and case does not matter (W18)."""

import pytest

from app.models import Membership, Team, User, Website

WORDS = ["100%", "100 per cent", "snake_case", "snake case", "back\\slash", "back slash", "Ärger", "Zoë"]


@pytest.fixture
def found(client_of, admin, in_database):
    """``found(list, text)``: the names that a search finds, in a list of users, teams or websites named WORDS."""
    with in_database() as session:
        users = [User(username=word, role="user", password_hash="") for word in WORDS]
        teams = [Team(name=word) for word in WORDS]
        session.add_all([*users, *teams])
        session.flush()
        session.add_all(Membership(team_id=teams[0].id, user_id=user.id, role="team-member") for user in users)
        for number, word in enumerate(WORDS):
            session.add(Website(name=word, domain="own.example", user_id=admin.id))
            session.add(Website(name=word, domain=f"{number}.example", team_id=teams[0].id))
            session.add(Website(name="Site", domain=word, user_id=users[0].id))
    client = client_of(admin)
    paths = {
        "users": "/api/admin/users",
        "teams": "/api/admin/teams",
        "websites": "/api/admin/websites",
        "one's websites": "/api/websites",
        "domains": f"/api/users/{users[0].id}/websites",
        "a user's websites": f"/api/users/{admin.id}/websites",
        "a team's websites": f"/api/teams/{teams[0].id}/websites",
        "a team's members": f"/api/teams/{teams[0].id}/users",
    }

    def search(name, text):
        answer = client.get(paths[name], query_string={"search": text, "pageSize": 100}).json
        assert answer["search"] == text
        assert answer["count"] == len(answer["data"])
        rows = [row.get("user") or row if name == "a team's members" else row for row in answer["data"]]
        return {row["domain"] if name == "domains" else row.get("username") or row["name"] for row in rows}

    return search


LISTS = [
    "users",
    "teams",
    "websites",
    "one's websites",
    "domains",
    "a user's websites",
    "a team's websites",
    "a team's members",
]


@pytest.mark.parametrize("name", LISTS)
class TestW18Search:
    def test_nothing_is_a_wildcard(self, found, name):
        hits = {text: found(name, text) for text in ("%", "_", "\\", "0%", "e_c", "k\\s", "%%", "__", "\\\\", "\\%")}

        if name == "websites":  # where some are found by their domain, and bear another name
            hits = {text: names - {"Site"} for text, names in hits.items()}
        assert hits == {
            "%": {"100%"},
            "_": {"snake_case"},
            "\\": {"back\\slash"},
            "0%": {"100%"},
            "e_c": {"snake_case"},
            "k\\s": {"back\\slash"},
            "%%": set(),
            "__": set(),
            "\\\\": set(),
            "\\%": set(),
        }

    def test_case_does_not_matter_beyond_ascii_either(self, found, name):
        hits = {text: found(name, text) - {"Site"} for text in ("ärg", "ÄRG", "SNAKE c", "ZOË")}

        assert hits == {"ärg": {"Ärger"}, "ÄRG": {"Ärger"}, "SNAKE c": {"snake case"}, "ZOË": {"Zoë"}}

    def test_an_empty_search_finds_everything(self, found, name):
        assert found(name, "") >= set(WORDS)
