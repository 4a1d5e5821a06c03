"""``SitesManager.…``: whole bodies and exact error texts, on the websites that Umami's API shares."""

from datetime import UTC, datetime

import pytest

from app.db.session import transaction
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID, Website
from app.services.access import grants
from app.services.matomo import currencies, site_lists
from app.services.matomo.site_settings import clean_settings
from tests.http.test_statements import counting
from tests.matomo.conftest import SUCCESS, Caller, failure
from tests.matomo.records import site_record

SUPERUSER = failure("You can't access this resource as it requires a 'superuser' access.")
BORN = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def boss(caller_of, admin):
    return caller_of(admin)


@pytest.fixture
def add(boss):
    """``add("Shop", urls=[…])``: adds a website and returns its number."""

    def register(name="Site", **values):
        response = boss.call("SitesManager.addSite", siteName=name, **values)
        assert list(response.json) == ["value"], response.text
        return response.json["value"]

    return register


@pytest.fixture
def grant(app, admin):
    """``grant(ada, number, "view")``: grants access to a website."""

    def give(person, number, role):
        with app.app_context():
            site = site_lists.get_site(admin.actor, number)
            grants.set_access(admin.actor, person.id, [site.id], SiteRole(role))

    return give


@pytest.fixture
def id_of(app, admin):
    """``id_of(number)``: returns the id of a website."""

    def find(number):
        with app.app_context():
            return site_lists.get_site(admin.actor, number).id

    return find


@pytest.fixture
def born(app, id_of):
    """``born(number)``: sets a website's creation time to a known value."""

    def set_time(number):
        site = id_of(number)
        with app.app_context(), transaction() as session:
            session.get(Website, site).created_at = BORN

    return set_time


class TestTimeZonesAndCurrencies:
    """The other methods that Matomo's page of websites calls."""

    NAMES = (
        ("Europe/Berlin", "Germany - Berlin"),
        ("America/Argentina/Buenos_Aires", "Argentina - Buenos Aires"),
        ("Asia/Tokyo", "Japan"),
        ("UTC", "UTC"),
        ("UTC+5.5", "UTC+5:30"),
        ("UTC-3", "UTC-3"),
        ("Etc/GMT", "Etc/GMT"),
    )

    @pytest.mark.parametrize(("timezone", "name"), NAMES)
    def test_a_time_zone_has_a_name(self, boss, add, timezone, name):
        shown = boss.call("SitesManager.getSiteFromId", idSite=add(timezone=timezone)).json

        assert (shown["timezone"], shown["timezone_name"]) == (timezone, name)

    def test_all_of_them_are_listed_by_region(self, stranger):
        found = stranger.call("SitesManager.getTimezonesList").json

        assert list(found) == [
            "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic",
            "Australia", "Europe", "Indian", "Pacific", "UTC",
        ]  # fmt: skip
        assert list(found["Arctic"].items()) == [("Arctic/Longyearbyen", "Svalbard & Jan Mayen")]
        assert found["Europe"]["Europe/Berlin"] == "Germany - Berlin"
        assert list(found["Europe"].values()) == sorted(found["Europe"].values())
        assert found["UTC"] | {"UTC-12": "UTC-12", "UTC": "UTC", "UTC+5.75": "UTC+5:45"} == found["UTC"]

    def test_each_that_is_listed_can_be_set(self, stranger):
        found = stranger.call("SitesManager.getTimezonesList").json
        names = [name for region in found.values() for name in region]

        assert [clean_settings({"timezone": name})["timezone"] for name in names] == names

    def test_currencies_are_listed_by_name(self, stranger):
        found = stranger.call("SitesManager.getCurrencyList").json

        assert found | {"USD": "US Dollar ($)", "EUR": "Euro (€)", "CHF": "Swiss Franc (CHF)"} == found
        assert set(found) == set(currencies.NAMES)
        assert list(found.values()) == sorted(found.values(), key=str.casefold)

    def test_time_zones_go_by_name(self, boss, stranger):
        assert boss.call("SitesManager.isTimezoneSupportEnabled").json == {"value": True}
        assert stranger.call("SitesManager.isTimezoneSupportEnabled").status_code == 401


class TestSiteSelector:
    """The method that every page of Matomo calls."""

    def test_how_many_websites_a_page_has(self, boss, caller_of, make_user):
        refused = caller_of(make_user("ada")).call("SitesManager.getNumWebsitesToDisplayPerPage")

        assert boss.call("SitesManager.getNumWebsitesToDisplayPerPage").json == {"value": 15}
        assert refused.status_code == 401
        assert refused.json == failure(
            "You can't access this resource as it requires view access for at least one website."
        )

    @pytest.mark.parametrize("method", ["getPatternMatchSites", "getSitesWithAdminAccess"])
    def test_a_percent_sign_finds_all_that_the_caller_sees(self, boss, add, method):
        numbers = [add("One"), add("50 % off"), add("Two")]

        found = {pattern: boss.call(f"SitesManager.{method}", pattern=pattern).json for pattern in ("%", "0 %")}

        assert [site["idsite"] for site in found["%"]] == numbers
        assert [site["idsite"] for site in found["0 %"]] == [numbers[1]]

    def test_that_is_nothing_for_those_who_see_nothing(self, add, stranger):
        add("One")

        assert stranger.call("SitesManager.getPatternMatchSites", pattern="%").json == []

    def test_a_website_without_addresses_has_an_empty_one(self, boss, add):
        assert boss.call("SitesManager.getSiteUrlsFromId", idSite=add()).json == [""]


class TestOneWebsite:
    def test_the_whole_record_in_json(self, boss, add, born):
        number = add(
            "Shop & <Co>",
            urls=["https://shop.example/", "shop.test"],
            ecommerce=1,
            siteSearch=0,
            searchKeywordParameters="q,query",
            searchCategoryParameters=["cat"],
            excludedIps="1.2.3.4, 1.2.3.*",
            excludedQueryParameters="sid",
            timezone="Europe/Berlin",
            currency="EUR",
            group="Shops",
            excludedUserAgents=["bot", "spider"],
            keepURLFragments=2,
            type="website",
            excludeUnknownUrls="true",
            excludedReferrers="spam.example",
        )
        born(number)

        response = boss.call("SitesManager.getSiteFromId", idSite=number)

        expected = site_record(
            number,
            name="Shop & <Co>",
            main_url="https://shop.example",
            ecommerce=1,
            sitesearch=0,
            sitesearch_keyword_parameters="q,query",
            sitesearch_category_parameters="cat",
            timezone="Europe/Berlin",
            currency="EUR",
            exclude_unknown_urls=1,
            excluded_ips="1.2.3.4,1.2.3.*",
            excluded_parameters="sid",
            excluded_user_agents="bot,spider",
            excluded_referrers="spam.example",
            group="Shops",
            keep_url_fragment=2,
            timezone_name="Germany - Berlin",
            currency_name="Euro",
        )
        assert response.json == expected
        assert list(response.json) == list(expected)

    def test_and_in_xml(self, boss, add, born):
        number = add("Shop & <Co>", startDate="2020-02-29")

        assert boss.xml("SitesManager.getSiteFromId", idSite=number) == (
            f"<result>\n\t<row>\n\t\t<idsite>{number}</idsite>\n"
            "\t\t<name>Shop &amp; &lt;Co&gt;</name>\n"
            "\t\t<main_url />\n"
            "\t\t<ts_created>2020-02-29 00:00:00</ts_created>\n"
            "\t\t<ecommerce>0</ecommerce>\n"
            "\t\t<sitesearch>1</sitesearch>\n"
            "\t\t<sitesearch_keyword_parameters />\n"
            "\t\t<sitesearch_category_parameters />\n"
            "\t\t<timezone>UTC</timezone>\n"
            "\t\t<currency>USD</currency>\n"
            "\t\t<exclude_unknown_urls>0</exclude_unknown_urls>\n"
            "\t\t<excluded_ips />\n"
            "\t\t<excluded_parameters />\n"
            "\t\t<excluded_user_agents />\n"
            "\t\t<excluded_referrers />\n"
            "\t\t<group />\n"
            "\t\t<type>website</type>\n"
            "\t\t<keep_url_fragment>0</keep_url_fragment>\n"
            "\t\t<creator_login>admin</creator_login>\n"
            "\t\t<timezone_name>UTC</timezone_name>\n"
            "\t\t<currency_name>US Dollar</currency_name>\n"
            "\t</row>\n</result>"
        )

    def test_who_only_sees_it_does_not_learn_who_registered_it(self, caller_of, make_user, add, grant, born):
        ada, number = make_user(), add()
        grant(ada, number, "view")
        born(number)

        shown = caller_of(ada).call("SitesManager.getSiteFromId", idSite=number).json

        expected = site_record(number)
        del expected["creator_login"]
        assert shown == expected

    def test_an_id_will_do_wherever_a_number_does(self, boss, add, id_of):
        number = add("Shop", urls="shop.example")

        for name in (id_of(number), str(id_of(number)).upper()):
            assert boss.call("SitesManager.getSiteFromId", idSite=name).json["idsite"] == number
            assert boss.call("SitesManager.updateSite", idSite=name, siteName="Store").json == SUCCESS

    def test_its_addresses(self, boss, add):
        number = add("Shop", urls=["shop.example", "https://alias.example/x/"])

        assert boss.call("SitesManager.getSiteUrlsFromId", idSite=number).json == [
            "http://shop.example",
            "https://alias.example/x",
        ]
        assert boss.xml("SitesManager.getSiteUrlsFromId", idSite=number) == (
            "<result>\n\t<row>http://shop.example</row>\n\t<row>https://alias.example/x</row>\n</result>"
        )

    @pytest.mark.parametrize("method", ["getSiteFromId", "getSiteUrlsFromId"])
    @pytest.mark.parametrize("name", ["99", "abc", "0", "-1", "1.5", "00000000-0000-0000-0000-000000000001"])
    def test_an_unknown_one_is_named(self, boss, caller_of, make_user, method, name):
        call = {"idSite": name}

        assert boss.call(f"SitesManager.{method}", **call).json == failure(
            f"An unexpected website was found in the request: website id was set to '{name}' ."
        )
        if name == "99":
            response = caller_of(make_user()).call(f"SitesManager.{method}", **call)
            assert response.status_code == 401
            assert response.json == failure(
                "You can't access this resource as it requires 'view' access for the website id = 99."
            )

    def test_a_stranger_sees_none(self, stranger, add):
        number = add()

        response = stranger.call("SitesManager.getSiteFromId", idSite=number)

        assert response.status_code == 401
        assert response.json == failure(
            f"You can't access this resource as it requires 'view' access for the website id = {number}."
        )

    @pytest.mark.parametrize("values", [{}, {"idSite": ""}, {"idSite": "  "}])
    def test_one_must_be_named(self, boss, values):
        response = boss.call("SitesManager.getSiteFromId", **values)

        assert (response.status_code, response.json) == (400, failure("Please specify a value for 'idSite'."))

    def test_a_list_is_no_name(self, boss):
        assert boss.call("SitesManager.getSiteFromId", idSite=["1"]).status_code == 400


class TestChanging:
    def test_the_number_in_xml(self, boss):
        body = boss.xml("SitesManager.addSite", siteName="Shop")

        number = boss.call("SitesManager.getAllSitesId").json[0]
        assert body == f"<result>{number}</result>"

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            ({"siteName": " "}, None),
            ({"urls": ""}, "URLs: You must specify at least one URL for the website."),
            ({"urls": [""]}, "URLs: You must specify at least one URL for the website."),
            ({"urls": ["ok.example", "not good"]}, "URLs: The url 'not good' is not a valid URL."),
            ({"timezone": "Mars"}, "The timezone &quot;Mars&quot; is not valid. Please enter a valid timezone."),
            (
                {"currency": "XYZ"},
                "The currency &quot;XYZ&quot; is not valid. Please enter a valid currency symbol (eg. USD, EUR, etc.)",
            ),
            (
                {"excludedIps": "1.2.3.4,x"},
                "Excluded IPs: The IP to exclude &quot;x&quot; does not have a valid IP format "
                "(eg. 1.2.3.4, 1.2.3.*, or 1.2.3.4/5).",
            ),
        ],
        ids=str,
    )
    def test_what_breaks_a_rule_is_told_and_changes_nothing(self, boss, add, values, text):
        number = add("Before", urls="before.example")
        before = boss.call("SitesManager.getSiteFromId", idSite=number).json

        added = boss.call("SitesManager.addSite", **{"siteName": "Shop"} | values)
        changed = boss.call("SitesManager.updateSite", idSite=number, **{"siteName": "After"} | values)

        if text is None:
            assert added.json == failure("Please specify a value for 'siteName'.")
            text = "The website name can't be empty."
        else:
            assert (added.status_code, added.json) == (200, failure(text))
        assert (changed.status_code, changed.json) == (200, failure(text))
        assert boss.call("SitesManager.getSiteFromId", idSite=number).json == before
        assert boss.call("SitesManager.getAllSitesId").json == [number]

    @pytest.mark.parametrize(
        "values",
        [
            {"ecommerce": "maybe"},
            {"keepURLFragments": "many"},
            {"startDate": "the day after"},
            {"timezone": ["UTC"]},
            {"settingValues": {"WebsiteMeasurable": "x"}},
        ],
        ids=str,
    )
    def test_what_does_not_fit_is_refused(self, boss, values):
        response = boss.call("SitesManager.addSite", siteName="Shop", **values)

        assert response.status_code == 400
        assert response.json["result"] == "error"
        assert boss.call("SitesManager.getAllSitesId").json == []

    def test_only_what_is_given_changes_and_empty_lists_take_away(self, boss, add, born):
        number = add("Shop", urls="shop.example", excludedIps="1.2.3.4", group="Shops", currency="EUR")
        born(number)

        body = boss.xml("SitesManager.updateSite", idSite=number, excludedIps="", group="", timezone="Asia/Tokyo")

        assert body == '<result>\n\t<success message="ok" />\n</result>'
        assert boss.call("SitesManager.getSiteFromId", idSite=number).json == site_record(
            number,
            name="Shop",
            main_url="http://shop.example",
            timezone="Asia/Tokyo",
            timezone_name="Japan",
            currency="EUR",
            currency_name="Euro",
        )

    @pytest.mark.parametrize(("role", "status"), [("view", 401), ("write", 401), ("admin", 200)])
    def test_it_takes_who_administers_it(self, boss, caller_of, make_user, add, grant, role, status):
        ada, number = make_user(), add("Shop")
        grant(ada, number, role)

        response = caller_of(ada).call("SitesManager.updateSite", idSite=number, siteName="Hers")

        assert response.status_code == status
        if status == 401:
            assert response.json == failure(
                f"You can't access this resource as it requires 'admin' access for the website id = {number}."
            )
        name = boss.call("SitesManager.getSiteFromId", idSite=number).json["name"]
        assert name == ("Hers" if status == 200 else "Shop")

    @pytest.mark.parametrize(
        ("method", "values"),
        [
            ("addSite", {"siteName": "x"}),
            ("deleteSite", {}),
            ("getAllSites", {}),
            ("getAllSitesId", {}),
            ("getSitesGroups", {}),
            ("getSitesFromGroup", {}),
        ],
    )
    def test_what_is_for_superusers(self, caller_of, stranger, make_user, add, grant, method, values):
        ada, number = make_user(), add()
        grant(ada, number, "admin")

        for caller in (caller_of(ada), stranger):
            response = caller.call(f"SitesManager.{method}", **({"idSite": number} | values))
            assert (response.status_code, response.json) == (401, SUPERUSER)

    @pytest.mark.parametrize("method", ["addSite", "updateSite", "deleteSite"])
    def test_nothing_is_written_by_get(self, boss, add, method):
        number = add("Shop")

        response = boss.call(f"SitesManager.{method}", verb="GET", idSite=number, siteName="By GET")

        assert response.status_code == 405
        assert boss.call("SitesManager.getAllSites").json[0]["name"] == "Shop"

    def test_what_is_added_here_is_a_website_there(self, client_of, admin, add, id_of):
        number = add("Shop", urls="https://shop.example/start")

        website = client_of(admin).get(f"/api/websites/{id_of(number)}").json

        assert (website["name"], website["domain"], website["userId"]) == ("Shop", "shop.example", str(admin.id))

    def test_what_has_no_address_is_one_as_well(self, client_of, admin, add, id_of):
        website = client_of(admin).get(f"/api/websites/{id_of(add('Shop'))}").json

        assert website["domain"] is None


class TestDeleting:
    def test_it_is_gone_on_both_wires(self, boss, client_of, admin, add, id_of):
        number, other = add("Shop", urls="shop.example"), add()
        site = id_of(number)

        assert boss.xml("SitesManager.deleteSite", idSite=number) == '<result>\n\t<success message="ok" />\n</result>'

        assert boss.call("SitesManager.getAllSitesId").json == [other]
        assert client_of(admin).get(f"/api/websites/{site}").status_code == 404
        assert boss.call("SitesManager.deleteSite", idSite=number).json == failure(f"website id = {number} not found")

    def test_the_only_one_stays(self, boss, add):
        number = add()

        assert boss.call("SitesManager.deleteSite", idSite=number).json == failure(
            "It is not possible to delete this website as it is the only registered website. "
            "Add a new website first, then delete this one."
        )

    def test_from_a_browsers_session_it_takes_the_password(self, boss, add):
        number, _ = add(), add()
        call = {"idSite": number, "force_api_session": 1}

        assert boss.call("SitesManager.deleteSite", **call).json == failure(
            "Please enter your password to confirm this change."
        )
        assert boss.call("SitesManager.deleteSite", passwordConfirmation="wrong horse", **call).json == failure(
            "The current password you entered is not correct."
        )
        assert boss.call("SitesManager.deleteSite", passwordConfirmation="correct horse", **call).json == SUCCESS


class TestLists:
    @pytest.fixture
    def ada(self, make_user):
        return make_user("ada")

    @pytest.fixture
    def world(self, add, grant, ada, born):
        """Numbers of websites on which Ada has view, write, admin and no access, in this order."""
        made = {}
        for name in ("view", "write", "admin", "none"):
            made[name] = add(name, urls=f"{name}.example")
            born(made[name])
            if name != "none":
                grant(ada, made[name], name)
        return made

    @pytest.mark.parametrize(
        ("method", "hers", "all_of_them"),
        [
            ("getSitesIdWithAtLeastViewAccess", ["view", "write", "admin"], True),
            ("getSitesIdWithViewAccess", ["view"], False),
            ("getSitesIdWithWriteAccess", ["write"], False),
            ("getSitesIdWithAdminAccess", ["admin"], True),
        ],
    )
    def test_numbers(self, boss, caller_of, stranger, ada, world, method, hers, all_of_them):
        call = f"SitesManager.{method}"

        assert caller_of(ada).call(call).json == [world[name] for name in hers]
        assert boss.call(call).json == (list(world.values()) if all_of_them else [])
        assert (stranger.call(call).status_code, stranger.call(call).json) == (200, [])

    def test_numbers_in_xml(self, caller_of, ada, world):
        assert caller_of(ada).xml("SitesManager.getSitesIdWithAtLeastViewAccess") == (
            f"<result>\n\t<row>{world['view']}</row>\n\t<row>{world['write']}</row>\n"
            f"\t<row>{world['admin']}</row>\n</result>"
        )
        assert caller_of(ada).xml("SitesManager.getSitesIdFromSiteUrl", url="nothing.example") == "<result />"

    @pytest.mark.parametrize(
        ("method", "hers", "all_of_them"),
        [
            ("getSitesWithAtLeastViewAccess", ["view", "write", "admin"], True),
            ("getSitesWithViewAccess", ["view"], False),
            ("getSitesWithAdminAccess", ["admin"], True),
        ],
    )
    def test_records(self, boss, caller_of, ada, world, method, hers, all_of_them):
        call = f"SitesManager.{method}"

        def expected(name):
            return site_record(world[name], name=name, main_url=f"http://{name}.example")

        shown = [expected(name) for name in hers]
        for one in shown:
            del one["creator_login"]
        assert caller_of(ada).call(call).json == shown
        assert boss.call(call).json == ([expected(name) for name in world] if all_of_them else [])

    def test_a_limit_of_their_own_and_that_of_every_list(self, boss, world):
        numbers = list(world.values())

        def ask(method="getSitesWithAtLeastViewAccess", **values):
            response = boss.call(f"SitesManager.{method}", **values)
            return [row["idsite"] for row in response.json], response.headers.get("X-Matomo-Total-Results")

        assert ask() == (numbers, None)
        assert ask(limit=2) == (numbers[:2], "4")
        assert ask(limit=0) == (numbers, None)
        assert ask(limit=3, filter_offset=1, filter_limit=1) == (numbers[1:2], "4")
        assert ask(filter_limit=2, filter_offset=3) == (numbers[3:], "4")
        assert ask("getSitesWithAdminAccess", limit=1) == (numbers[:1], "4")
        assert ask("getPatternMatchSites", pattern="example", limit=1) == (numbers[:1], "4")

    def test_with_all_addresses(self, boss, add):
        add("Shop", urls=["shop.example", "alias.example"])

        with_them = boss.call("SitesManager.getSitesWithAdminAccess", fetchAliasUrls=1).json[0]
        without = boss.call("SitesManager.getSitesWithAdminAccess").json[0]

        assert with_them == without | {"alias_urls": ["http://shop.example", "http://alias.example"]}

    def test_a_pattern_and_what_to_leave_out(self, boss, caller_of, ada, world):
        def names(caller, method="getPatternMatchSites", **values):
            return [row["name"] for row in caller.call(f"SitesManager.{method}", **values).json]

        assert names(boss, pattern="W") == ["view", "write"]
        assert names(boss, pattern=str(world["none"])) == ["none"]
        assert names(boss, pattern=f" {world['none']}\n") == ["none"]
        assert names(boss, pattern="  W ") == ["view", "write"]
        assert names(boss, pattern=" % ") == ["view", "write", "admin", "none"]
        assert names(boss, "getSitesWithAdminAccess", pattern="   ") == ["view", "write", "admin", "none"]
        assert names(boss, pattern="EXAMPLE", sitesToExclude=[world["view"], "x", ""]) == ["write", "admin", "none"]
        assert names(caller_of(ada), pattern="none") == []
        assert names(boss, "getSitesWithAdminAccess", pattern="i", sitesToExclude=f"{world['view']}") == [
            "write",
            "admin",
        ]

    def test_by_address(self, boss, caller_of, ada, world):
        assert boss.call("SitesManager.getSitesIdFromSiteUrl", url="https://www.none.example/").json == [
            {"idsite": world["none"]}
        ]
        assert caller_of(ada).call("SitesManager.getSitesIdFromSiteUrl", url="none.example").json == []

    def test_all_are_a_list_when_cut_and_a_map_when_not(self, boss, world):
        numbers = list(world.values())

        cut = boss.call("SitesManager.getAllSites", filter_limit=3)
        whole = boss.call("SitesManager.getAllSites", filter_limit=-1)

        assert [row["idsite"] for row in cut.json] == numbers[:3]
        assert cut.headers["X-Matomo-Total-Results"] == "4"
        assert list(whole.json) == [str(number) for number in numbers]
        assert whole.json[str(numbers[0])] == cut.json[0]
        assert f'<row key="{numbers[0]}">' in boss.xml("SitesManager.getAllSites", filter_limit=-1)

    def test_numbers_are_cut_as_well(self, boss, world):
        response = boss.call("SitesManager.getAllSitesId", filter_limit=1, filter_offset=1)

        assert response.json == [list(world.values())[1]]
        assert response.headers["X-Matomo-Total-Results"] == "4"

    def test_a_hundred_unless_said_otherwise(self, boss, add):
        for _ in range(101):
            add()

        response = boss.call("SitesManager.getAllSites")

        assert len(response.json) == 100
        assert response.headers["X-Matomo-Total-Results"] == "101"

    def test_groups(self, boss, add):
        add("One", group="Shops")
        add("Two")

        assert boss.call("SitesManager.getSitesGroups").json == ["", "Shops"]
        assert [row["name"] for row in boss.call("SitesManager.getSitesFromGroup", group="Shops").json] == ["One"]
        assert [row["name"] for row in boss.call("SitesManager.getSitesFromGroup").json] == ["Two"]

    def test_columns_as_a_table(self, boss, world):
        shown = boss.call("SitesManager.getAllSites", format="csv", convertToUnicode=0, showColumns="idsite,name").text

        assert shown.splitlines()[:2] == ["idsite,name", f"{world['view']},view"]

    @pytest.mark.parametrize(
        "method", ["getAllSites", "getAllSitesId", "getSitesWithAdminAccess", "getSitesIdWithAdminAccess"]
    )
    def test_each_takes_two_statements(self, app, boss, world, method):
        boss.call(f"SitesManager.{method}")

        with counting(app) as statements:
            assert len(boss.call(f"SitesManager.{method}").json) == 4

        assert len(statements) == 2


class TestWithoutAToken:
    """What ``anonymous`` may see is visible to callers without a token, and nothing else."""

    @pytest.fixture
    def public(self, app, admin, add, id_of):
        """The number of the public one of two websites."""
        add("Private", urls="private.example")
        number = add("Public", urls="public.example")
        with app.app_context():
            grants.set_access(admin.actor, ANONYMOUS_ID, [id_of(number)], SiteRole.VIEW)
        return number

    @pytest.mark.parametrize("token", [None, "anonymous"])
    def test_it_is_in_their_lists(self, app, public, token):
        caller = Caller(app.test_client(), token)

        assert caller.call("SitesManager.getSitesIdWithAtLeastViewAccess").json == [public]
        assert [row["name"] for row in caller.call("SitesManager.getPatternMatchSites", pattern="example").json] == [
            "Public"
        ]
        assert caller.call("SitesManager.getSiteUrlsFromId", idSite=public).json == ["http://public.example"]

    def test_nothing_of_it_can_be_changed(self, stranger, public):
        response = stranger.call("SitesManager.updateSite", idSite=public, siteName="Mine")

        assert response.status_code == 401
        assert stranger.call("SitesManager.getSiteFromId", idSite=public).json["name"] == "Public"

    def test_nor_is_there_a_token_for_nobody(self, stranger, public):
        for password in ("anonymous", "x"):
            assert stranger.call(
                "UsersManager.createAppSpecificTokenAuth",
                userLogin="anonymous",
                passwordConfirmation=password,
                description="x",
            ).json == failure("The current password you entered is not correct.")

    @pytest.mark.parametrize("name", ["defaultReport", "defaultReportDate"])
    def test_nor_a_preference_but_by_superusers(self, boss, stranger, public, name):
        call = {"userLogin": "anonymous", "preferenceName": name, "preferenceValue": "today"}

        assert stranger.call("UsersManager.setUserPreference", **call).status_code == 401
        assert boss.call("UsersManager.setUserPreference", **call).json == SUCCESS
        assert stranger.call("UsersManager.getUserPreference", **call).json == {"value": "today"}
        assert boss.call("UsersManager.getUserPreference", **call).json == {"value": "today"}

    def test_a_bad_token_is_refused_even_so(self, app, public):
        response = Caller(app.test_client(), "0" * 32).call("SitesManager.getSitesIdWithAtLeastViewAccess")

        assert response.status_code == 401


class TestNames:
    @pytest.mark.parametrize("name", ["]]>", "<script>", "a&amp;b", "é😀", "'\"", "=1+1", "%"])
    def test_any_name_comes_back_as_it_was(self, boss, add, name):
        number = add(name)

        assert boss.call("SitesManager.getSiteFromId", idSite=number).json["name"] == name

    @pytest.mark.parametrize("name", ["\x01", "a\x1fb", "a\x7f", "\u202e", "a\u200bb"])
    def test_control_characters_are_refused(self, boss, name):
        response = boss.call("SitesManager.addSite", siteName=f"x{name}y")

        assert response.json["result"] == "error"
        assert boss.call("SitesManager.getAllSitesId").json == []
