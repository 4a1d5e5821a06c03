"""Websites by number or id: either all of a list, or an error that names what is wrong with it."""

from uuid import UUID

import pytest

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import NoWebsites, TooMany, UnknownWebsites, WebsiteDenied
from app.domain.roles import SiteRole, TeamRole
from app.models import Grant
from app.services.matomo import lookup, sites
from app.services.websites import websites
from tests.actors import VISITOR
from tests.http.test_statements import counting

VIEW, WRITE, ADMIN = SiteRole
UNKNOWN_ID = UUID(int=7)


@pytest.fixture
def in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def number_of(in_app):
    return lambda site: lookup.site_numbers([site])[site]


@pytest.fixture
def grant(app):
    """``grant(person, site, "view")``: grants access to a website."""

    def give(person, site, role):
        with app.app_context(), transaction() as session:
            session.add(Grant(website_id=site, user_id=person.id, role=role))

    return give


class TestNames:
    def test_numbers_and_ids_in_any_spelling_find_the_same_website(self, admin, make_website, number_of):
        site = make_website(owner=admin)
        number = number_of(site)

        for name in (number, str(number), f" {number} ", site, str(site), site.hex, str(site).upper()):
            assert sites.resolve_sites(admin.actor, [name]) == [site]

    def test_order_stays_and_repetitions_go(self, admin, make_website, number_of):
        first, second = make_website(owner=admin), make_website(owner=admin)

        found = sites.resolve_sites(admin.actor, [second, number_of(first), number_of(second), str(first)])

        assert found == [second, first]

    def test_numbers_of_several_websites(self, admin, make_website, in_app):
        made = [make_website(owner=admin) for _ in range(3)]

        numbers = lookup.site_numbers(made)

        assert {numbers[site] for site in made} == {min(numbers.values()) + n for n in range(3)}
        assert lookup.site_numbers([]) == {}

    @pytest.mark.parametrize("name", ["0", "-1", "1.5", "1e2", "abc", "", "²", "9" * 10, "9" * 5000, "1,2", "' OR 1=1"])
    def test_what_no_website_is_called_is_unknown_to_everybody(self, name, admin, make_user, make_website, number_of):
        ada = make_user()
        good = number_of(make_website(owner=ada))

        for person in (admin, ada):
            with pytest.raises(UnknownWebsites) as refused:
                sites.resolve_sites(person.actor, [good, name])
            assert refused.value.websites == (name,)

    def test_all_that_is_unknown_is_named(self, admin, make_website, number_of):
        good = number_of(make_website(owner=admin))

        with pytest.raises(UnknownWebsites) as refused:
            sites.resolve_sites(admin.actor, [2**31 - 1, good, "abc", UNKNOWN_ID])

        assert refused.value.websites == (2**31 - 1, "abc", UNKNOWN_ID)
        assert refused.value.message == f"There is no website {2**31 - 1}, abc, {UNKNOWN_ID}."

    def test_a_message_does_not_grow_without_end(self, admin, in_app):
        with pytest.raises(UnknownWebsites) as refused:
            sites.resolve_sites(admin.actor, [f"x{n}" for n in range(5000)])

        assert refused.value.message.endswith("x19 and 4980 more.")
        with pytest.raises(TooMany, match="at most 5000"):
            sites.resolve_sites(admin.actor, [str(n) for n in range(5001)])

    def test_none_are_no_list(self, admin, in_app):
        for wanted in ([], "all"):
            with pytest.raises(NoWebsites):
                sites.resolve_sites(admin.actor, wanted)


class TestRights:
    @pytest.fixture
    def world(self, admin, make_user, make_team, make_website, grant):
        """A user, and websites on which they have each access level from each source, by level and source."""
        ada, bob = make_user("ada"), make_user("bob")
        made = {("own", ADMIN): make_website(owner=ada), ("nothing", None): make_website(owner=bob)}
        for role, right in zip(SiteRole, SiteRole, strict=True):
            made["grant", right] = make_website(owner=bob)
            grant(ada, made["grant", right], role)
        for role, right in zip(TeamRole, (ADMIN, ADMIN, WRITE, VIEW), strict=True):
            members = {} if role is TeamRole.OWNER else {role.value.removeprefix("team-").replace("-", "_"): ada}
            team = make_team(ada if role is TeamRole.OWNER else bob, **members)
            made[role, right] = make_website(team=team)
        return ada, made

    @pytest.mark.parametrize("right", [VIEW, WRITE, ADMIN])
    def test_all_are_those_with_at_least_the_right(self, world, in_app, right):
        ada, made = world
        enough = list(SiteRole)[list(SiteRole).index(right) :]

        found = sites.resolve_sites(ada.actor, "all", right)

        assert sorted(found) == sorted(site for (_, had), site in made.items() if had in enough)

    @pytest.mark.parametrize("right", [VIEW, WRITE, ADMIN])
    def test_each_by_its_number_or_not_at_all(self, world, number_of, right):
        ada, made = world
        enough = list(SiteRole)[list(SiteRole).index(right) :]

        for (_, had), site in made.items():
            number = number_of(site)
            if had in enough:
                assert sites.resolve_sites(ada.actor, [number], right) == [site]
                continue
            with pytest.raises(WebsiteDenied) as refused:
                sites.resolve_sites(ada.actor, [number], right)
            assert (refused.value.name, refused.value.right) == (str(number), right)

    def test_what_there_is_not_is_refused_like_what_one_may_not(self, world, in_app):
        ada, _ = world

        with pytest.raises(WebsiteDenied) as refused:
            sites.resolve_sites(ada.actor, [UNKNOWN_ID, 99_999], VIEW)

        assert refused.value.name == str(UNKNOWN_ID)

    def test_administrators_and_the_operator_have_every_right(self, admin, world, in_app):
        _, made = world

        for actor in (admin.actor, OPERATOR):
            assert sorted(sites.resolve_sites(actor, "all")) == sorted(made.values())

    def test_nobody_has_none(self, world, in_app):
        _, made = world

        with pytest.raises(WebsiteDenied):
            sites.resolve_sites(VISITOR, [made["own", ADMIN]], VIEW)
        with pytest.raises(NoWebsites):
            sites.resolve_sites(VISITOR, "all", VIEW)

    def test_a_deleted_website_is_unknown(self, admin, make_website, number_of, in_app):
        site = make_website(owner=admin)
        number = number_of(site)
        websites.delete_website(OPERATOR, site)

        with pytest.raises(UnknownWebsites):
            sites.resolve_sites(admin.actor, [number])


class TestStatements:
    def test_it_takes_one_however_many(self, app, admin, make_website, number_of):
        made = [make_website(owner=admin) for _ in range(5)]
        numbers = [number_of(site) for site in made]

        for wanted in ([made[0]], numbers, [*numbers, *made], "all"):
            with counting(app) as statements:
                assert sites.resolve_sites(admin.actor, wanted)
            assert len(statements) == 1
