"""Websites by number: creating, listing, changing and deleting them, with URLs and settings."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import (
    AdminNeeded,
    BadValue,
    Invalid,
    LastWebsite,
    Missing,
    TooMany,
    UnknownWebsites,
    WebsiteDenied,
)
from app.domain.pagination import Window
from app.domain.roles import SiteRole, TeamRole
from app.models import Grant, Preference, Website, WebsiteProfile
from app.services.matomo import preferences, site_editing, site_lists
from app.services.matomo.lookup import site_numbers
from app.services.matomo.site_editing import create_site, delete_site, update_site
from app.services.matomo.site_lists import get_site, list_numbers, list_sites
from app.services.matomo.site_settings import DEFAULTS
from app.services.websites import websites
from tests.actors import VISITOR
from tests.http.test_statements import counting
from tests.racing import at_once

VIEW, WRITE, ADMIN = SiteRole


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def actor(admin):
    return admin.actor


@pytest.fixture
def made(actor):
    """``made("Shop", "shop.example", …)``: creates a website and returns its number."""

    def make(name="Site", *urls, **settings):
        return create_site(actor, name=name, urls=list(urls) or None, **settings)

    return make


@pytest.fixture
def row_of(actor):
    """A website as Umami's API has it."""
    return lambda number: websites.get_website(actor, get_site(actor, number).id)


def names(page):
    return [site.name for site in page.rows]


class TestRegistering:
    def test_numbers_go_up(self, made):
        assert made() < made() < made()

    def test_it_is_the_administrators_own_with_the_domain_of_its_first_address(self, admin, made, row_of):
        row = row_of(made(" Shop ", "https://Shop.Example:8080/start/", "www.shop.example"))

        assert (row.name, row.domain, row.user_id, row.created_by) == ("Shop", "shop.example:8080", admin.id, admin.id)

    def test_its_addresses_are_kept_in_order(self, actor, made):
        site = get_site(
            actor, made("Shop", "https://shop.example/", "shop.example/", "http://b.example/x/", "b.example/x")
        )

        assert site.urls == ["https://shop.example", "http://shop.example", "http://b.example/x"]

    @pytest.mark.parametrize(
        ("url", "domain"),
        [
            ("http://[::1]:8080/x", "[::1]:8080"),
            ("http://127.0.0.1", "127.0.0.1"),
            ("https://müller.example", "müller.example"),
            ("localhost", "localhost"),
        ],
    )
    def test_hosts_of_every_kind(self, made, row_of, url, domain):
        assert row_of(made("Shop", url)).domain == domain

    def test_without_addresses_it_has_none(self, actor, made, row_of):
        number = made()

        assert get_site(actor, number).urls == []
        assert row_of(number).domain is None

    def test_without_settings_it_has_the_usual_ones(self, actor, made):
        site = get_site(actor, made())

        assert site.settings == DEFAULTS
        assert site.creator == "admin"

    def test_settings_are_kept(self, actor, made):
        given = {
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "excluded_ips": ["1.2.3.4", " 1.2.3.* ", "1.2.3.4/5", "::1/64", "1.2.3.4"],
            "group": " Shops ",
            "ecommerce": True,
        }

        site = get_site(actor, made("Shop", **given))

        assert site.settings == DEFAULTS | given | {
            "excluded_ips": ["1.2.3.4", "1.2.3.*", "1.2.3.4/5", "::1/64"],
            "group": "Shops",
        }

    def test_it_may_have_begun_earlier(self, actor, made):
        began = datetime(2020, 2, 29, 12, 0, tzinfo=UTC)

        assert get_site(actor, made(started_at=began)).created_at == began

    def test_the_operators_is_the_first_administrators(self, admin, make_user, row_of):
        make_user(role="admin")

        row = row_of(create_site(OPERATOR, name="Site"))

        assert (row.user_id, row.created_by) == (admin.id, None)

    def test_it_takes_an_administrator(self, make_user):
        for person in (make_user().actor, VISITOR):
            with pytest.raises(AdminNeeded):
                create_site(person, name="Site")

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"name": " "}, Missing),
            ({"name": "x" * 101}, BadValue),
            ({"urls": []}, Missing),
            ({"urls": ["", " "]}, Missing),
            ({"urls": ["good.example", "not an address"]}, BadValue),
            ({"urls": ["javascript://x/%0Aalert(1)"]}, BadValue),
            ({"urls": ["http://"]}, BadValue),
            ({"urls": ["%"]}, BadValue),
            ({"urls": ["../../etc/passwd"]}, BadValue),
            ({"urls": ["http://ada:secret@x.example"]}, BadValue),
            ({"urls": ["x" * 254 + ".example"]}, BadValue),
            ({"urls": ["http://x:port"]}, BadValue),
            ({"urls": ["http://[::1"]}, BadValue),
            ({"urls": ['http://x/"><script>']}, BadValue),
            ({"urls": ["http://x/" + "y" * 500]}, BadValue),
            ({"urls": [f"http://x/{n}" for n in range(101)]}, TooMany),
            ({"timezone": "Mars/Olympus"}, BadValue),
            ({"timezone": "UTC+15"}, BadValue),
            ({"currency": "eur"}, BadValue),
            ({"excluded_ips": ["1.2.3.4", "1.2.3.256"]}, BadValue),
            ({"excluded_ips": ["1.*"]}, BadValue),
            ({"excluded_ips": ["1.*.3.4"]}, BadValue),
            ({"excluded_ips": [f"1.2.3.{n}" for n in range(201)]}, TooMany),
            ({"group": "x" * 2001}, BadValue),
            ({"type": "mobileapp"}, BadValue),
            ({"keep_url_fragments": 3}, BadValue),
        ],
        ids=str,
    )
    def test_nothing_is_registered_that_breaks_a_rule(self, actor, values, error):
        with pytest.raises(error):
            create_site(actor, **{"name": "Site"} | values)

        assert list_numbers(actor).total == 0

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "UTC-11.5", "UTC+14", "UTC+5.75"])
    def test_time_zones_have_names_or_are_hours_from_utc(self, actor, made, zone):
        assert get_site(actor, made(timezone=zone)).settings["timezone"] == zone


class TestOfTheOtherWire:
    """Websites that were created or changed through an API that has no URLs or settings."""

    def test_the_domain_is_the_address(self, actor, make_website, admin):
        site = make_website("Blog", "blog.example", owner=admin)

        found = get_site(actor, site)

        assert (found.urls, found.settings, found.name) == (["http://blog.example"], DEFAULTS, "Blog")

    def test_a_domain_that_is_an_address_already_stays_so(self, actor, make_website, admin):
        assert get_site(actor, make_website("Blog", "https://blog.example/x", owner=admin)).urls == [
            "https://blog.example/x"
        ]

    def test_a_domain_changed_there_is_the_main_address(self, actor, made):
        number = made("Shop", "https://old.example", "https://alias.example")

        websites.update_website(actor, get_site(actor, number).id, domain="new.example")

        assert get_site(actor, number).urls == ["http://new.example", "https://alias.example"]


class TestChanging:
    def test_only_what_is_given_changes(self, actor, made):
        number = made("Shop", "https://shop.example", currency="EUR", group="Shops")

        update_site(actor, number, timezone="Asia/Tokyo")
        update_site(actor, str(number), name="Store")

        site = get_site(actor, number)
        assert (site.name, site.urls) == ("Store", ["https://shop.example"])
        assert site.settings == DEFAULTS | {"currency": "EUR", "group": "Shops", "timezone": "Asia/Tokyo"}

    def test_addresses_are_replaced_and_the_domain_follows(self, actor, made, row_of):
        number = made("Shop", "https://shop.example", "https://b.example", currency="EUR")

        update_site(actor, number, urls=["https://c.example"])

        site = get_site(actor, number)
        assert (site.urls, site.settings["currency"]) == (["https://c.example"], "EUR")
        assert row_of(number).domain == "c.example"

    def test_one_of_the_other_wire_gets_settings(self, actor, make_website, admin):
        site = make_website(owner=admin)

        update_site(actor, site, currency="JPY")

        assert get_site(actor, site).settings["currency"] == "JPY"
        assert get_site(actor, site).urls == ["http://site.example"]

    def test_nothing_given_changes_nothing(self, actor, made):
        before = get_site(actor, number := made("Shop", "https://shop.example"))

        update_site(actor, number)

        assert get_site(actor, number) == before

    def test_a_rule_that_is_broken_leaves_everything(self, actor, made):
        before = get_site(actor, number := made("Shop", "https://shop.example"))

        for values in ({"name": ""}, {"urls": []}, {"currency": "ZZZ"}):
            with pytest.raises(Invalid):
                update_site(actor, number, **{"name": "Other", "urls": ["https://d.example"]} | values)

        assert get_site(actor, number) == before

    @pytest.mark.parametrize(("role", "allowed"), [(VIEW, False), (WRITE, False), (ADMIN, True)])
    def test_it_takes_who_administers_it(self, actor, made, make_user, role, allowed):
        ada, number = make_user(), made()
        with transaction() as session:
            session.add(Grant(website_id=get_site(actor, number).id, user_id=ada.id, role=role))

        if allowed:
            update_site(ada.actor, number, name="Hers")
        else:
            with pytest.raises(WebsiteDenied):
                update_site(ada.actor, number, name="Hers")

        assert get_site(ada.actor, number).name == ("Hers" if allowed else "Site")

    def test_two_at_once_both_count(self, app, actor, make_website, admin):
        site = make_website(owner=admin)

        def change(**values):
            with app.app_context():
                update_site(actor, site, **values)

        at_once(lambda: change(currency="EUR"), lambda: change(timezone="Asia/Tokyo"), lambda: change(group="Shops"))

        found = get_site(actor, site).settings
        assert (found["currency"], found["timezone"], found["group"]) == ("EUR", "Asia/Tokyo", "Shops")


class TestDeleting:
    def test_it_goes_with_all_that_is_known_of_it(self, admin, actor, made):
        number, other = made("Shop", "https://shop.example"), made()
        preferences.set_preference(actor, "admin", "defaultReport", str(number))

        delete_site(actor, number)

        with transaction() as session:
            assert [row.name for row in session.scalars(select(Website))] == ["Site"]
            assert session.scalars(select(WebsiteProfile)).all() == []
            assert session.scalars(select(Preference)).all() == []
        assert list_numbers(actor).rows == [other]

    def test_other_preferences_stay(self, actor, made):
        number, other = made(), made()
        preferences.set_preference(actor, "admin", "defaultReport", str(other))

        delete_site(actor, number)

        assert preferences.get_preference(actor, "defaultReport") == str(other)

    def test_the_only_one_stays(self, actor, made):
        number = made()

        with pytest.raises(LastWebsite):
            delete_site(actor, number)

        assert list_numbers(actor).rows == [number]

    def test_it_takes_an_administrator(self, made, make_user, make_website):
        ada = make_user()
        site, _ = make_website(owner=ada), made()

        with pytest.raises(AdminNeeded):
            delete_site(ada.actor, site)

    def test_what_there_is_not_cannot_go(self, actor, made):
        with pytest.raises(UnknownWebsites):
            delete_site(actor, made() + 1)

    def test_a_number_is_never_given_again(self, actor, made):
        made()
        number = made()
        delete_site(actor, number)

        assert made() > number


class TestLists:
    @pytest.fixture
    def ada(self, make_user):
        return make_user("ada")

    @pytest.fixture
    def world(self, admin, ada, make_team, make_website):
        """Websites named after Ada's access level and its source."""
        make_website("admin, own", owner=ada)
        make_website("none", owner=admin)
        for role in SiteRole:
            site = make_website(f"{role}, grant", owner=admin)
            with transaction() as session:
                session.add(Grant(website_id=site, user_id=ada.id, role=role))
        for role, right in zip(TeamRole, (ADMIN, ADMIN, WRITE, VIEW), strict=True):
            members = {} if role is TeamRole.OWNER else {role.value.removeprefix("team-").replace("-", "_"): ada}
            make_website(f"{right}, {role}", team=make_team(ada if role is TeamRole.OWNER else admin, **members))
        site = make_website("write, grant and view by team", team=make_team(admin, view_only=ada))
        with transaction() as session:
            session.add(Grant(website_id=site, user_id=ada.id, role=WRITE))

    @pytest.mark.parametrize(("least", "most"), [(a, b) for a in SiteRole for b in SiteRole])
    def test_those_with_a_right_in_a_range(self, world, ada, actor, least, most):
        roles = list(SiteRole)
        right = roles[roles.index(least) : roles.index(most) + 1]

        page = list_sites(ada.actor, least=least, most=most)

        everything = names(list_sites(actor))
        assert names(page) == [name for name in everything if name.split(",")[0] in right]
        assert list_numbers(ada.actor, least=least, most=most).rows == [site.number for site in page.rows]
        assert page.total == len(page.rows)

    def test_administrators_administer_all_and_have_no_lesser_right_on_any(self, world, actor):
        assert list_sites(actor, least=ADMIN).total == 10
        assert list_sites(actor, most=WRITE).total == 0
        assert list_numbers(actor, least=VIEW, most=VIEW).rows == []

    def test_nobody_has_none(self, world):
        assert list_sites(VISITOR).rows == []
        assert list_numbers(VISITOR).rows == []

    def test_a_part_of_a_list_and_how_long_it_is(self, world, actor, ada):
        everything = list_sites(actor).rows

        assert list_sites(actor, Window(2, 3)).rows == everything[2:5]
        assert list_numbers(actor, Window(9, 5)) == type(list_numbers(actor))([everything[9].number], 10)
        assert (list_sites(ada.actor, Window(100, 5)).rows, list_sites(ada.actor, Window(100, 5)).total) == ([], 9)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("sho", ["Shop", "Show", "Blog"]),
            ("SHOP.EX", ["Shop"]),
            ("https://b.example", ["Show"]),
            ("http://news.example", ["News"]),
            ("news.ex", ["News"]),
            ("shops", ["Blog"]),
            ("%", []),
            ("_", []),
            ("\\", []),
            ('"', []),
            ("nothing", []),
        ],
    )
    def test_a_search_finds_parts_of_names_addresses_and_groups(self, actor, admin, made, make_website, text, found):
        made("Shop", "https://shop.example", "https://alias.example")
        made("Show", "https://a.example", "https://b.example/x")
        made("Blog", group="Shops")
        make_website("News", "news.example", owner=admin)

        assert names(list_sites(actor, search=text)) == found

    def test_and_the_number(self, actor, made):
        number = made("One")
        made("Two")

        assert names(list_sites(actor, search=str(number))) == ["One"]
        assert names(list_sites(actor, search="9" * 30)) == []

    def test_some_may_be_left_out(self, actor, made):
        one, two = made("One"), made("Two")

        assert names(list_sites(actor, without=[one, 0, -1, 2**40])) == ["Two"]
        assert names(list_sites(actor, search="T", without=[one])) == ["Two"]
        assert names(list_sites(actor, search="T", without=[two])) == []

    @pytest.mark.parametrize(
        ("url", "found"),
        [
            ("https://shop.example/start", ["Shop"]),
            ("HTTP://WWW.Shop.Example/start/", ["Shop"]),
            ("shop.example/start", ["Shop"]),
            ("shop.example", []),
            ("https://news.example", ["News"]),
            ("http://www.news.example/", ["News"]),
            ("alias.example", ["Shop"]),
            ("", []),
            ("%", []),
        ],
    )
    def test_an_address_finds_its_website_however_it_is_spelled(self, actor, admin, made, make_website, url, found):
        made("Shop", "https://www.shop.example/start", "http://alias.example")
        make_website("News", "news.example", owner=admin)

        assert names(list_sites(actor, url=url)) == found

    def test_a_search_stays_among_what_one_may_see(self, actor, ada, made, make_website):
        made("Shop", "https://shop.example")
        make_website("Shop too", "shop.example", owner=ada)

        assert names(list_sites(ada.actor, search="shop")) == ["Shop too"]
        assert names(list_sites(ada.actor, url="shop.example")) == ["Shop too"]

    def test_groups(self, actor, made, make_user):
        made("One", group="Shops")
        made("Two", group="Blogs")
        made("Three", "https://three.example")

        assert site_lists.list_groups(actor) == ["", "Blogs", "Shops"]
        assert names(site_lists.list_group(actor, " Shops ")) == ["One"]
        assert names(site_lists.list_group(actor, "")) == ["Three"]
        for ask in (site_lists.list_groups, lambda who: site_lists.list_group(who, "")):
            with pytest.raises(AdminNeeded):
                ask(make_user().actor)

    def test_everything_is_for_administrators(self, actor, world, ada):
        assert site_lists.list_all(actor).total == site_lists.list_all_numbers(actor).total == 10
        for ask in (site_lists.list_all, site_lists.list_all_numbers):
            with pytest.raises(AdminNeeded):
                ask(ada.actor)

    def test_one_is_for_those_who_may_see_it(self, actor, ada, made):
        with pytest.raises(WebsiteDenied):
            get_site(ada.actor, made())
        with pytest.raises(UnknownWebsites):
            get_site(actor, UUID(int=1))

    def test_each_takes_one_statement(self, app, world, actor, ada):
        number = site_numbers([site.id for site in list_sites(actor).rows])

        for who in (actor, ada.actor):
            for ask in (
                lambda who=who: list_sites(who),
                lambda who=who: list_sites(who, search="a", without=[1]),
                lambda who=who: list_sites(who, url="a"),
                lambda who=who: list_numbers(who),
            ):
                with counting(app) as statements:
                    ask()
                assert len(statements) == 1
        with counting(app) as statements:
            get_site(actor, next(iter(number)))
        assert len(statements) == 2


def test_an_owner_that_is_gone_meanwhile_is_said_so(actor, make_user, monkeypatch):
    monkeypatch.setattr(site_editing, "fetch_one", lambda _query: SimpleNamespace(id=UUID(int=5)))

    with pytest.raises(Invalid, match="User not found"):
        create_site(OPERATOR, name="Site")
