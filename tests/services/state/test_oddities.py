"""What installations hold that no one would write into a file: odd names, invitations, capabilities alone."""

import pytest

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import AmbiguousName
from app.domain.roles import Role, TeamRole
from app.models import ApiKey, Grant, Membership, Team, User, Website
from app.services.access import grants
from app.services.invitations import manage
from app.services.state import applying, exporting, planning
from app.services.users import accounts

ODD = [
    "null", "~", "true", "no", "on", "1", "-7", "1_000", "017", "0x1F", "0o17", "1e3", ".5", "1:30", "2030-01-31", "=",
    "<<", "-", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "'a'", '"a"', "{a}", "[a]",
    "a\\b", " a ", "a\tb", "a\nb", "a\x85b", "a\u2028b", "\ufeffa", "\x7f", "\x01", "🙂", "é", "ß", "a, b", "?",
    "...", "---",
    "y" * 255,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def plan(content: str, **options: bool):
    return planning.make_plan(OPERATOR, content.encode(), "state.yaml", **options)


def exported() -> str:
    return "".join(exporting.export_state(OPERATOR))


def test_odd_names_survive_an_export():
    with transaction() as session:
        users = [User(username=name, display_name=name, password_hash="") for name in ODD]
        websites = [Website(name=name[:100], domain=name) for name in ODD]
        teams = [Team(name=name[:50]) for name in ODD]
        session.add_all([*users, *websites, *teams])
        session.flush()
        session.add_all(Membership(team_id=teams[0].id, user_id=user.id, role=TeamRole.OWNER) for user in users)
        session.add_all(Grant(website_id=website.id, user_id=users[0].id, role="view") for website in websites)

    assert plan(exported(), prune=True).changes == []


def test_empty_names_survive_an_export(make_user, make_team, make_website):
    ada = make_user("ada")
    team = make_team(owner=ada, name="")
    site = make_website(team=team, name="", domain="")
    with transaction() as session:
        session.add(Grant(website_id=site, user_id=ada.id, role="view"))

    assert plan(exported(), prune=True).changes == []


def test_what_is_deleted_is_neither_exported_nor_managed(make_user, make_website):
    ada = make_user("ada")
    make_website(owner=ada)
    accounts.delete_user(OPERATOR, ada.id)

    assert "ada" not in exported()
    assert plan("users: []\nwebsites: []", prune=True).changes == []


def test_keys_of_people_are_left_alone(make_user):
    ada = make_user("ada", role=Role.ADMIN)
    with transaction() as session:
        session.add(ApiKey(user_id=ada.id, name="own", token_hash="x", key_prefix="umami_x"))

    assert "own" not in exported()
    assert plan("users: [{username: ada}]", prune=True).changes == []


class TestInvitations:
    def test_count_as_what_they_will_give(self, make_user, make_team, make_website):
        ada = make_user("ada", role=Role.ADMIN)
        team, site = make_team(ada, "Blue"), make_website(owner=ada)
        manage.invite(
            OPERATOR,
            username="bob",
            role=Role.USER,
            teams=[{"team_id": team, "role": "team-member"}],
            grants=[{"website_id": site, "role": "view"}],
        )

        assert "- {username: bob, role: user}\n" in exported()
        assert "members: {ada: team-owner, bob: team-member}" in exported()
        assert plan(exported(), prune=True).changes == []

    def test_cannot_be_lowered_by_a_file(self, make_user):
        make_user("ada", role=Role.ADMIN)
        manage.invite(OPERATOR, username="bob", role=Role.ADMIN)

        with pytest.raises(Exception, match="frontdesk invitations revoke bob"):
            plan("users: [{username: bob, role: user}]")


class TestCapabilities:
    def test_stand_beside_access_that_comes_from_elsewhere(self, make_user, make_team, make_website):
        ada, bob = make_user("ada"), make_user("bob")
        team = make_team(ada, "Blue", view_only=bob)
        make_website("Site", "site.example", team=team)
        content = "grants: [{user: bob, website: Site, capabilities: [tagmanager_write]}]"

        for change in applying.carry_out(OPERATOR, plan(content), None):
            assert (change.action, change.fields) == ("create", {"capabilities": (None, ["tagmanager_write"])})

        assert plan(content).changes == []
        assert "  website: site.example\n  capabilities: [tagmanager_write]\n" in exported()

    def test_are_kept_if_the_file_has_no_list(self, make_user, make_website):
        ada, bob = make_user("ada"), make_user("bob")
        site = make_website(owner=ada)
        grants.set_access(OPERATOR, bob.id, [site], "view", capabilities=["tagmanager_write"])

        assert plan("grants: [{user: bob, website: Site, role: view}]").changes == []

    def test_that_the_role_implies_are_no_difference(self, make_user, make_website):
        ada, bob = make_user("ada"), make_user("bob")
        site = make_website(owner=ada)
        grants.set_access(OPERATOR, bob.id, [site], "write", capabilities=["tagmanager_write"])

        content = "grants: [{user: bob, website: Site, role: write, capabilities: [tagmanager_write]}]"
        assert plan(content).changes == []


def test_grants_end_with_a_promotion_and_are_no_change_of_their_own(make_user, make_website):
    ada, bob = make_user("ada"), make_user("bob")
    site = make_website(owner=ada)
    grants.set_access(OPERATOR, bob.id, [site], "view")

    made = plan("users: [{username: ada}, {username: bob, role: admin}]\ngrants: []", prune=True)

    assert [(change.action, change.kind, change.fields) for change in made.changes] == [
        ("update", "user", {"role": ("user", "admin")})
    ]


def test_usernames_that_another_program_wrote_twice_are_refused():
    with transaction() as session:
        session.add_all(User(username=name, password_hash="") for name in ("ada", "bob"))
        session.flush()
        session.execute(User.__table__.update().where(User.username == "bob").values(username="Ada", username_key=None))

    with pytest.raises(AmbiguousName):
        plan("users: []")


@pytest.mark.slow
def test_ten_thousand_unchanged_resources_need_no_change():
    with transaction() as session:
        users = [
            User(username=f"user{number}", email=f"u{number}@x.example", password_hash="") for number in range(5000)
        ]
        teams = [Team(name=f"Team {number}") for number in range(500)]
        session.add_all([*users, *teams])
        session.flush()
        sites = [
            Website(name="S", domain=f"s{number}.example", team_id=teams[number % 500].id) for number in range(2500)
        ]
        session.add_all(sites)
        session.add_all(
            Membership(team_id=teams[number % 500].id, user_id=user.id, role=TeamRole.OWNER)
            for number, user in enumerate(users)
        )
        session.flush()
        session.add_all(
            Grant(website_id=site.id, user_id=user.id, role="view")
            for site, user in zip(sites[:2000], users, strict=False)
        )
    content = exported()

    assert plan(content, prune=True).changes == []
