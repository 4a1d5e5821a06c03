"""``getUsersPlusRole``: the cases of Matomo's own tests."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app.db.session import transaction
from app.domain.roles import Role
from app.models import Invitation, User, utcnow
from tests.matomo.conftest import failure

PLUS = "UsersManager.getUsersPlusRole"
TOTAL = "X-Matomo-Total-Results"


@pytest.fixture
def people(add):
    """``userLogin`` and ``userLogin2`` to ``userLogin5``."""
    return [add(f"userLogin{index}" if index > 1 else "userLogin") for index in range(1, 6)]


@pytest.fixture
def plus(superuser):
    """``plus(site, caller, …)``: returns ``{login: role}`` in order, and the header with the total."""

    def call(site, caller=superuser, **parameters):
        response = caller.call(PLUS, idSite=site, **parameters)
        assert response.status_code == 200, response.text
        return {row["login"]: row["role"] for row in response.json}, int(response.headers[TOTAL])

    return call


class TestSearchWithManyHits:
    """Few hits are gathered and sorted, many are walked in order; the response is the same."""

    @pytest.fixture(autouse=True)
    def many(self, monkeypatch):
        monkeypatch.setattr("app.db.reads.FEW", 2)

    @pytest.mark.parametrize("search", ["n", "login", "userLogin", "password.de", "userLogin5", "nothing"])
    def test_pages_and_totals_are_the_same(self, people, sites, give, plus, search):
        give("userLogin3", "write", sites[0])
        every, _ = plus(sites[0])
        hits = {login: role for login, role in every.items() if search.lower() in f"{login}@password.de".lower()}

        found, total = plus(sites[0], filter_search=search)
        parts = [plus(sites[0], filter_search=search, limit=2, offset=start) for start in (0, 2, 4)]

        assert (list(found.items()), total) == (list(hits.items()), len(hits))
        assert [item for part, _ in parts for item in part.items()] == list(hits.items())
        assert {part_total for _, part_total in parts} == {len(hits)}


class TestAnonymous:
    def test_nobody_is_shown(self, stranger, people, sites, give):
        give("anonymous", "view", sites[0])

        response = stranger.call(PLUS, idSite=sites[0])

        assert (response.text, response.headers[TOTAL]) == ("[]", "0")
        assert stranger.xml(PLUS, idSite=sites[0]) == "<result />"


class TestViewer:
    """Viewers get only their own record, whatever the filters."""

    @pytest.mark.parametrize(
        "asked", [{}, {"offset": 1}, {"filter_access": "superuser"}, {"filter_search": "x", "limit": 1, "offset": 1}]
    )
    def test_the_own_record(self, people, sites, give, caller_of, asked):
        give("userLogin2", "view", sites[0])

        response = caller_of(people[1]).call(PLUS, idSite=sites[0], **asked)

        assert response.text == (
            '[{"login":"userLogin2","email":"userLogin2@password.de","role":"view","capabilities":[],'
            '"superuser_access":0,"invite_status":"active"}]'
        )
        assert response.headers[TOTAL] == "1"

    def test_a_greater_offset_leaves_nothing(self, people, sites, caller_of):
        response = caller_of(people[1]).call(PLUS, idSite=sites[0], offset=2)

        assert (response.text, response.headers[TOTAL]) == ("[]", "1")

    def test_capabilities_that_the_role_implies_count(self, people, sites, give, caller_of):
        give("userLogin2", ["write", "tagmanager_use_custom_templates"], sites[0])

        (record,) = caller_of(people[1]).call(PLUS, idSite=sites[0]).json

        assert (record["role"], record["capabilities"]) == (
            "write",
            ["tagmanager_write", "tagmanager_use_custom_templates"],
        )

    @pytest.mark.parametrize("which", ["foreign", "unknown"])
    def test_a_site_one_sees_nothing_of_is_as_one_that_is_not_there(self, people, sites, caller_of, which):
        site = sites[0] if which == "foreign" else sites[-1] + 1

        (record,) = caller_of(people[1]).call(PLUS, idSite=site).json

        assert (record["login"], record["role"], record["capabilities"]) == ("userLogin2", "noaccess", [])


class TestSiteAdmin:
    def test_whoever_has_access_to_the_own_sites(self, people, sites, give, caller_of):
        give("userLogin2", "admin", sites[0])
        give("userLogin3", "view", sites[0])
        give("userLogin4", "admin", sites[0])

        response = caller_of(people[1]).call(PLUS, idSite=sites[0])

        def record(login, role, **email):
            return {
                "login": login, **email, "role": role, "capabilities": [], "superuser_access": False,
                "invite_status": "active",
            }  # fmt: skip

        assert response.json == [
            record("userLogin2", "admin", email="userLogin2@password.de"),
            record("userLogin3", "view"),
            record("userLogin4", "admin"),
        ]
        assert [list(row) for row in response.json][1] == [
            "login", "role", "capabilities", "superuser_access", "invite_status",
        ]  # fmt: skip
        assert response.headers[TOTAL] == "3"

    def test_also_those_of_another_own_site(self, plus, people, sites, give, caller_of):
        give("userLogin2", "admin", *sites[:2])
        give("userLogin3", "view", sites[0])
        give("userLogin4", "admin", sites[0])
        give("userLogin5", "view", sites[1])

        assert plus(sites[0], caller_of(people[1])) == (
            {"userLogin2": "admin", "userLogin3": "view", "userLogin4": "admin", "userLogin5": "noaccess"},
            4,
        )

    def test_the_superuser_filter_is_for_superusers(self, plus, people, sites, give, caller_of):
        give("userLogin2", "admin", sites[0])

        assert plus(sites[0], caller_of(people[1]), filter_access="superuser") == ({"userLogin2": "admin"}, 1)

    def test_addresses_that_are_not_shown_are_not_found(self, plus, people, sites, give, caller_of, add):
        give("userLogin2", "admin", sites[0])
        add("hidden", "needle@x.org")
        give("hidden", "view", sites[0])

        assert plus(sites[0], caller_of(people[1]), filter_search="needle") == ({}, 0)
        assert plus(sites[0], caller_of(people[1]), filter_search=" HIDD\n") == ({"hidden": "view"}, 1)
        assert plus(sites[0], caller_of(people[1]), filter_search="login2@pass") == ({"userLogin2": "admin"}, 1)


class TestSuperuser:
    def test_everybody(self, superuser, root, people, sites, give, add):
        add("zed", role=Role.ADMIN)
        give("userLogin3", "view", sites[0])

        response = superuser.call(PLUS, idSite=sites[0])

        found = {row["login"]: (row["role"], row["superuser_access"], row["uses_2fa"]) for row in response.json}
        assert found == {
            "superUserLogin": ("superuser", True, False),
            "userLogin": ("noaccess", False, False),
            "userLogin2": ("noaccess", False, False),
            "userLogin3": ("view", False, False),
            "userLogin4": ("noaccess", False, False),
            "userLogin5": ("noaccess", False, False),
            "zed": ("superuser", True, False),
        }
        assert list(found) == sorted(found)
        assert {row["email"] for row in response.json} == {f"{login}@password.de" for login in found}
        assert response.headers[TOTAL] == "7"

    @pytest.mark.parametrize(
        ("access", "found"),
        [
            ("admin", ["userLogin2", "userLogin5"]),
            ("write", ["userLogin4"]),
            ("view", ["userLogin3"]),
            ("noaccess", ["userLogin"]),
            ("superuser", ["superUserLogin"]),
            ("some", ["superUserLogin", "userLogin2", "userLogin3", "userLogin4", "userLogin5"]),
            ("tagmanager_write", ["userLogin3"]),
            ("foobar", []),
        ],
    )
    def test_by_access(self, plus, people, sites, give, access, found):
        give("userLogin2", "admin", sites[0])
        give("userLogin3", ["view", "tagmanager_write"], sites[0])
        give("userLogin4", "write", sites[0])
        give("userLogin5", "admin", sites[0])
        give("userLogin", ["view", "tagmanager_write"], sites[1])

        roles, total = plus(sites[0], filter_access=access)

        assert (list(roles), total) == (found, len(found))

    def test_by_a_part_of_login_or_address(self, plus, add, people, sites):
        """``_`` is not a wildcard."""
        add("with_searchText")
        add("other", "other-SEARCHtext@x.org")

        assert list(plus(sites[0], filter_search="searchText")[0]) == ["other", "with_searchText"]
        assert list(plus(sites[0], filter_search="_")[0]) == ["with_searchText"]

    def test_limit_and_offset(self, plus, people, sites):
        """The second and third of five users; the total includes the superuser."""
        assert plus(sites[0], limit=2, offset=1) == ({"userLogin": "noaccess", "userLogin2": "noaccess"}, 6)

    def test_an_offset_alone_counts_for_nothing(self, plus, people, sites):
        assert len(plus(sites[0], offset=1)[0]) == 6

    def test_the_generic_filters_cut_what_is_left(self, plus, people, sites):
        found = plus(sites[0], limit=4, offset=1, filter_limit=5, filter_offset=2)

        assert found == ({"userLogin3": "noaccess", "userLogin4": "noaccess"}, 6)

    def test_a_pattern_looks_at_the_whole_of_it(self, plus, people, sites):
        found, _ = plus(sites[0], filter_column=["login"], filter_pattern="gin[34]", filter_limit=1)

        assert found == {"userLogin3": "noaccess"}

    def test_capabilities_stand_beside_the_role(self, superuser, people, sites, give):
        give("userLogin2", ["view", "tagmanager_write"], sites[0])

        response = superuser.call(PLUS, idSite=sites[0], filter_access="view")

        assert [row["capabilities"] for row in response.json] == [["tagmanager_write"]]
        assert response.headers[TOTAL] == "1"

    def test_an_unknown_site(self, superuser, sites):
        response = superuser.call(PLUS, idSite=sites[-1] + 1)

        assert response.json == failure(
            f"An unexpected website was found in the request: website id was set to '{sites[-1] + 1}' ."
        )

    @pytest.mark.parametrize(
        ("ago", "text"),
        [
            (timedelta(seconds=7), "7s"),
            (timedelta(minutes=5, seconds=12), "5 min 12s"),
            (timedelta(hours=3, minutes=9), "3 hours 9 min"),
            (timedelta(days=400, hours=2), "400 days 2 hours"),
        ],
    )
    def test_how_long_ago_somebody_was_there(self, superuser, people, sites, set_user, ago, text):
        now = utcnow()
        set_user(people[0], last_seen_at=now - ago)

        with time_machine.travel(now, tick=False):
            records = superuser.call(PLUS, idSite=sites[0]).json

        assert [row.get("last_seen") for row in records if row["login"] == "userLogin"] == [text]


class TestStatus:
    @pytest.fixture
    def pending(self, superuser, app, people, sites, give, caller_of):
        """The superuser and ``userLogin2``, a site admin, have each sent a pending and an expired invitation."""
        give("userLogin2", "admin", sites[0])
        for caller, name in ((superuser, "root"), (caller_of(people[1]), "u2")):
            for state in ("open", "late"):
                login = f"{name}-{state}"
                caller.call("UsersManager.inviteUser", userLogin=login, email=f"{login}@x.org", initialIdSite=sites[0])
        with app.app_context(), transaction() as session:
            late = session.execute(update(Invitation).values(expires_at=utcnow() + timedelta(days=2)))
            assert late.rowcount == 4
        for login in ("root-late", "u2-late"):
            with app.app_context(), transaction() as session:
                of = Invitation.user_id.in_(_ids(session, login))
                session.execute(update(Invitation).where(of).values(expires_at=utcnow() - timedelta(days=2)))

    @pytest.mark.parametrize(
        ("status", "superuser_sees", "u2_sees"),
        [
            ("", ["root-late", "root-open", "u2-late", "u2-open", "userLogin2"], None),
            ("active", ["userLogin2"], None),
            ("pending", ["root-open", "u2-open"], ["u2-open"]),
            ("expired", ["root-late", "u2-late"], ["u2-late"]),
        ],
    )
    def test_by_status(self, plus, pending, people, sites, caller_of, status, superuser_sees, u2_sees):
        asked = {"filter_status": status, "filter_access": "some"}
        of_superuser = [login for login in plus(sites[0], **asked)[0] if login != "superUserLogin"]

        assert of_superuser == superuser_sees
        assert list(plus(sites[0], caller_of(people[1]), **asked)[0]) == (u2_sees or superuser_sees)

    def test_what_ran_out_today_still_counts_as_pending(self, plus, pending, app, sites):
        with app.app_context(), transaction() as session:
            today = utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
            session.execute(update(Invitation).values(expires_at=today))

        assert len(plus(sites[0], filter_status="pending")[0]) == 4
        assert plus(sites[0], filter_status="expired")[0] == {}

    def test_a_status_that_there_is_not(self, superuser, sites):
        response = superuser.call(PLUS, idSite=sites[0], filter_status="maybe")

        assert (response.status_code, response.json) == (
            400,
            failure("The parameter 'filter_status' must be one of: active, pending, expired."),
        )


def _ids(session, login):
    return session.scalars(select(User.id).where(User.username == login, User.deleted_at.is_(None))).all()
