"""A search finds its exact text: it has no wildcards, and case does not matter."""

import pytest
from sqlalchemy import update

from app.models import Membership, Team, User, Website

WORDS = ["100%", "100 per cent", "snake_case", "snake case", "back\\slash", "back slash", "Ärger", "Zoë"]


@pytest.fixture
def found(client_of, admin, in_database):
    """``found(list, text)`` returns the names that a search finds in a list of users, teams or websites named WORDS."""
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
        "own websites": "/api/websites",
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
    "own websites",
    "domains",
    "a user's websites",
    "a team's websites",
    "a team's members",
]


@pytest.mark.parametrize("name", LISTS)
class TestSearch:
    def test_nothing_is_a_wildcard(self, found, name):
        hits = {text: found(name, text) for text in ("%", "_", "\\", "0%", "e_c", "k\\s", "%%", "__", "\\\\", "\\%")}

        if name == "websites":  # some are found by their domain, and have another name
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

    def test_spaces_around_it_are_not_searched_for(self, found, name):
        hits = {text: found(name, text) - {"Site"} for text in (" Zoë", "ZOË\t\n", "  snake case\u00a0")}

        assert hits == {" Zoë": {"Zoë"}, "ZOË\t\n": {"Zoë"}, "  snake case\u00a0": {"snake case"}}

    @pytest.mark.parametrize("blank", [" ", "     ", "\r\n"])
    def test_spaces_alone_find_everything(self, found, name, blank):
        assert found(name, blank) >= set(WORDS)

    def test_an_empty_search_finds_everything(self, found, name):
        assert found(name, "") >= set(WORDS)


class TestUsersByAllTheirNames:
    @pytest.fixture
    def names(self, client_of, admin, make_user):
        make_user("groucho")
        client = client_of(admin)
        for username, values in {
            "ada": {"email": "Countess@Lovelace.example", "displayName": "Ada Groß"},
            "bob": {"email": "bob@example.org", "displayName": "Robert Kahn"},
            "carl": {"displayName": "ÖZLEM Özdemir"},
        }.items():
            person = make_user(username)
            assert client.post(f"/api/users/{person.id}", json=values).status_code == 200

        def read(text, path="/api/admin/users"):
            answer = client.get(path, query_string={"search": text, "orderBy": "username"}).json
            assert answer["count"] == len(answer["data"])
            return [row["username"] for row in answer["data"]]

        return read

    HITS = {
        "countess@": ["ada"],
        " bob@EXAMPLE.org ": ["bob"],
        "rt kah": ["bob"],
        "groß": ["ada"],
        "GROSS": ["ada"],
        "gro": ["ada", "groucho"],
        "özlem ö": ["carl"],
        "example": ["ada", "bob"],
        "zl": ["carl"],
        "nobody": [],
    }

    @pytest.mark.parametrize("path", ["/api/admin/users", "/api/users"])
    @pytest.mark.parametrize(("text", "hits"), HITS.items(), ids=HITS)
    def test_a_part_of_any_finds_them(self, names, path, text, hits):
        assert names(text, path) == hits

    def test_what_was_changed_is_found_by_what_it_is_now(self, names, client_of, admin):
        client = client_of(admin)
        (bob,) = client.get("/api/users?search=bob").json["data"]

        client.post(f"/api/users/{bob['id']}", json={"email": "robert@example.com", "displayName": None})

        assert (names("bob@example"), names("kahn"), names("robert@")) == ([], [], ["bob"])

    def test_a_display_name_that_another_program_wrote_is_found(self, names, in_database):
        with in_database() as session:
            session.execute(update(User).where(User.username == "groucho").values(display_name="Julius Marx"))

        assert names("MARX") == ["groucho"]

    def test_who_may_not_see_addresses_does_not_find_by_them(self, names, client_of, admin, make_user, make_team):
        owner = make_user("owner")
        client = client_of(owner)
        (ada,) = client_of(admin).get("/api/users?search=countess").json["data"]
        team = make_team(owner)
        client.post(f"/api/teams/{team}/users", json={"userId": ada["id"], "role": "team-member"})

        found = client.get(f"/api/teams/{team}/users?search=countess").json

        assert found["count"] == 0
        assert client.get(f"/api/teams/{team}/users?search=AD").json["count"] == 1
