"""Granting and revoking access: the service, on both databases."""

from uuid import uuid4

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import (
    HasAllAccess,
    Invalid,
    NoRole,
    NotFound,
    OwnGrant,
    UnknownCapability,
    UnknownRole,
    UnknownWebsites,
    WebsiteDenied,
)
from app.domain.roles import SiteRole
from app.services.access import grants
from app.services.users import accounts
from app.services.websites import websites
from tests.actors import VISITOR

VIEW, WRITE, ADMIN = SiteRole
TAGS, PUBLISH, TEMPLATES = (
    "tagmanager_write",
    "tagmanager_publish_live_container",
    "tagmanager_use_custom_templates",
)


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def sites(make_website, bob):
    """Two of bob's websites."""
    return [make_website(f"Site {number}", owner=bob) for number in range(2)]


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


class TestSettingARole:
    def test_it_is_stored_on_every_website_with_who_gave_it(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, WRITE)

        assert stored_grants(ada) == {site: ("write", bob.id, set()) for site in sites}

    def test_the_operator_is_nobody(self, ada, sites, stored_grants):
        grants.set_access(OPERATOR, ada.id, sites[:1], VIEW)

        assert stored_grants(ada) == {sites[0]: ("view", None, set())}

    def test_a_role_takes_the_place_of_another(self, admin, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, ADMIN)

        grants.set_access(admin.actor, ada.id, sites[:1], VIEW)

        assert stored_grants(ada) == {sites[0]: ("view", admin.id, set()), sites[1]: ("admin", bob.id, set())}

    def test_none_takes_role_and_capabilities_away(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[TAGS])

        grants.set_access(bob.actor, ada.id, sites[:1], None)
        grants.set_access(bob.actor, ada.id, sites[:1], None)

        assert stored_grants(ada) == {sites[1]: ("view", bob.id, {TAGS})}

    def test_a_website_named_twice_is_named_once(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, [sites[0], sites[0]], VIEW)

        assert stored_grants(ada) == {sites[0]: ("view", bob.id, set())}

    def test_whoever_administers_by_a_grant_gives_too(self, ada, bob, make_user, sites, stored_grants):
        eve = make_user("eve")
        grants.set_access(bob.actor, ada.id, sites[:1], ADMIN)

        grants.set_access(ada.actor, eve.id, sites[:1], VIEW)

        assert stored_grants(eve) == {sites[0]: ("view", ada.id, set())}


class TestOnesOwn:
    """Users cannot raise their own grants: these would remain when what gives them admin access ends."""

    @pytest.fixture(params=["owner", "team-owner", "team-manager", "grant"])
    def site(self, request, ada, bob, make_team, make_website):
        """A website that ada administers, for each of the possible reasons."""
        how = request.param
        if how == "owner":
            return make_website(owner=ada)
        if how == "grant":
            site = make_website(owner=bob)
            grants.set_access(bob.actor, ada.id, [site], ADMIN)
            return site
        return make_website(team=make_team(ada, "A") if how == "team-owner" else make_team(bob, "B", manager=ada))

    def test_more_than_one_was_granted_is_refused(self, ada, site, stored_grants):
        before = stored_grants(ada)

        for change in (
            lambda: grants.add_capabilities(ada.actor, ada.id, [site], [PUBLISH]),
            lambda: grants.set_access(ada.actor, ada.id, [site], ADMIN, capabilities=["export"]),
        ):
            with pytest.raises((OwnGrant, UnknownCapability)):
                change()
        if not before:
            for role in (VIEW, WRITE, ADMIN):
                with pytest.raises(OwnGrant, match="cannot give yourself access"):
                    grants.set_access(ada.actor, ada.id, [site], role)

        assert stored_grants(ada) == before

    def test_one_website_on_which_it_is_more_stops_them_all(self, ada, bob, make_website, stored_grants):
        granted, own = make_website(owner=bob), make_website(owner=ada)
        grants.set_access(bob.actor, ada.id, [granted], ADMIN)

        with pytest.raises(OwnGrant):
            grants.set_access(ada.actor, ada.id, [granted, own], VIEW)

        assert stored_grants(ada) == {granted: ("admin", bob.id, set())}

    def test_less_is_fine_and_stays_the_gift_of_whoever_gave_it(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], ADMIN)

        grants.set_access(ada.actor, ada.id, sites[:1], VIEW)

        assert stored_grants(ada) == {sites[0]: ("view", bob.id, set())}
        with pytest.raises(WebsiteDenied):
            grants.set_access(ada.actor, ada.id, sites[:1], ADMIN)

    def test_less_may_keep_capabilities_that_the_higher_role_implied(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], ADMIN)

        grants.set_access(ada.actor, ada.id, sites[:1], VIEW, capabilities=[PUBLISH])

        assert stored_grants(ada) == {sites[0]: ("view", bob.id, {PUBLISH})}

    def test_a_capability_that_one_did_not_have_is_more(self, ada, bob, make_team, make_website, stored_grants):
        site = make_website(team=make_team(bob, manager=ada))
        grants.set_access(bob.actor, ada.id, [site], VIEW)

        with pytest.raises(OwnGrant):
            grants.set_access(ada.actor, ada.id, [site], VIEW, capabilities=[PUBLISH])

        assert stored_grants(ada) == {site: ("view", bob.id, set())}

    def test_it_may_be_given_up(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], ADMIN)

        grants.set_access(ada.actor, ada.id, sites[:1], None)

        assert stored_grants(ada) == {}


class TestCapabilitiesBesideARole:
    def test_they_are_exactly_those_that_are_named(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], VIEW, capabilities=[TAGS, PUBLISH])
        grants.set_access(bob.actor, ada.id, sites[:1], VIEW, capabilities=[TEMPLATES, TEMPLATES])

        assert stored_grants(ada) == {sites[0]: ("view", bob.id, {TEMPLATES})}

    def test_none_named_are_none(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], VIEW, capabilities=[TAGS])
        grants.set_access(bob.actor, ada.id, sites[:1], VIEW, capabilities=[])

        assert stored_grants(ada) == {sites[0]: ("view", bob.id, set())}

    def test_those_stay_that_another_role_does_not_imply(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[TAGS, PUBLISH])

        grants.set_access(bob.actor, ada.id, sites[:1], WRITE)

        assert stored_grants(ada) == {
            sites[0]: ("write", bob.id, {PUBLISH}),
            sites[1]: ("view", bob.id, {TAGS, PUBLISH}),
        }

    def test_what_the_role_implies_is_not_stored(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], WRITE, capabilities=[TAGS, PUBLISH])
        grants.set_access(bob.actor, ada.id, sites[1:], ADMIN, capabilities=[TAGS, PUBLISH, TEMPLATES])

        assert stored_grants(ada) == {sites[0]: ("write", bob.id, {PUBLISH}), sites[1]: ("admin", bob.id, set())}

    def test_those_of_others_stay(self, ada, bob, make_user, sites, stored_grants):
        eve = make_user("eve")
        grants.set_access(bob.actor, eve.id, sites, VIEW, capabilities=[TAGS])

        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[PUBLISH])
        grants.set_access(bob.actor, ada.id, sites, None)

        assert stored_grants(eve) == {site: ("view", bob.id, {TAGS}) for site in sites}


class TestAddingCapabilities:
    def test_they_join_what_is_there(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[TAGS])

        grants.add_capabilities(bob.actor, ada.id, sites, [TAGS, PUBLISH])

        assert stored_grants(ada) == {site: ("view", bob.id, {TAGS, PUBLISH}) for site in sites}

    def test_what_the_right_implies_is_passed_over(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], WRITE)
        grants.set_access(bob.actor, ada.id, sites[1:], ADMIN)

        grants.add_capabilities(bob.actor, ada.id, sites, [TAGS, PUBLISH])

        assert stored_grants(ada) == {sites[0]: ("write", bob.id, {PUBLISH}), sites[1]: ("admin", bob.id, set())}

    def test_a_right_by_a_team_will_do(self, admin, ada, make_team, make_website, stored_grants):
        site = make_website(team=make_team(admin, view_only=ada))

        grants.add_capabilities(admin.actor, ada.id, [site], [TAGS])

        assert stored_grants(ada) == {site: (None, None, {TAGS})}

    def test_without_a_right_on_one_of_them_nothing_is_written(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], VIEW)

        with pytest.raises(NoRole) as refusal:
            grants.add_capabilities(bob.actor, ada.id, sites, [TAGS])

        assert (refusal.value.username, refusal.value.website) == ("ada", sites[1])
        assert stored_grants(ada) == {sites[0]: ("view", bob.id, set())}


class TestRemovingCapabilities:
    def test_those_named_go_and_absent_ones_are_passed_over(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[TAGS, PUBLISH])

        grants.remove_capabilities(bob.actor, ada.id, sites, [PUBLISH, TEMPLATES])

        assert stored_grants(ada) == {site: ("view", bob.id, {TAGS}) for site in sites}

    def test_none_named_remove_none(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites, VIEW, capabilities=[TAGS])

        grants.remove_capabilities(bob.actor, ada.id, sites, [])

        assert stored_grants(ada) == {site: ("view", bob.id, {TAGS}) for site in sites}


def set_view(actor, user_id, website_ids):
    grants.set_access(actor, user_id, website_ids, VIEW)


def add_tags(actor, user_id, website_ids):
    grants.add_capabilities(actor, user_id, website_ids, [TAGS])


def remove_tags(actor, user_id, website_ids):
    grants.remove_capabilities(actor, user_id, website_ids, [TAGS])


@pytest.mark.parametrize("change", [set_view, add_tags, remove_tags])
class TestRefusals:
    """A change that is rejected writes nothing."""

    @pytest.fixture(autouse=True)
    def _unchanged(self, grant, ada, sites, stored_grants):
        grant(ada, sites[0], "write", capabilities=[PUBLISH])
        before = stored_grants(ada)
        yield
        assert stored_grants(ada) == before

    @pytest.mark.parametrize("right", [None, "view", "write"])
    def test_whoever_does_not_administer_a_website(self, change, right, make_user, grant, ada, sites):
        eve = make_user("eve")
        grant(eve, sites[0], "admin")
        grant(eve, sites[1], right)

        with pytest.raises(WebsiteDenied) as refusal:
            change(eve.actor, ada.id, sites)

        assert (refusal.value.website, refusal.value.right) == (sites[1], ADMIN)

    def test_whoever_is_only_a_member_or_viewer_of_the_team(self, change, make_user, make_team, make_website, ada):
        owner, member, viewer, manager = (make_user() for _ in range(4))
        team = make_team(owner, member=[member], view_only=[viewer], manager=[manager])
        site = make_website(team=team)

        for person in (member, viewer):
            with pytest.raises(WebsiteDenied):
                change(person.actor, ada.id, [site])
        for person in (owner, manager):
            grants.set_access(person.actor, ada.id, [site], VIEW)
            change(person.actor, ada.id, [site])
        grants.set_access(OPERATOR, ada.id, [site], None)

    def test_nobody(self, change, ada, sites):
        with pytest.raises(WebsiteDenied):
            change(VISITOR, ada.id, sites)

    def test_websites_that_are_not_there(self, change, admin, bob, ada, sites):
        gone = [uuid4(), uuid4()]

        with pytest.raises(UnknownWebsites) as refusal:
            change(admin.actor, ada.id, [gone[1], *sites, gone[0]])
        with pytest.raises(WebsiteDenied) as hidden:
            change(bob.actor, ada.id, [*sites, gone[0]])

        assert refusal.value.websites == (gone[1], gone[0])
        assert all(str(website_id) in refusal.value.message for website_id in gone)
        assert hidden.value.website == gone[0]

    def test_no_websites(self, change, admin, ada):
        with pytest.raises(Invalid) as refusal:
            change(admin.actor, ada.id, [])

        assert refusal.value.field == "website_ids"

    def test_a_user_who_is_not_there(self, change, admin, bob, sites):
        with pytest.raises(NotFound):
            change(admin.actor, uuid4(), sites)
        with pytest.raises(Invalid) as refusal:
            change(bob.actor, uuid4(), sites)

        assert refusal.value.field == "user_id"


class TestAdministrators:
    """They have access to everything, and hold no grants."""

    def test_are_given_nothing(self, admin, bob, sites, stored_grants):
        for refused in (
            lambda: grants.set_access(bob.actor, admin.id, sites, ADMIN),
            lambda: grants.set_access(bob.actor, admin.id, sites, None),
            lambda: grants.add_capabilities(bob.actor, admin.id, sites, [TAGS]),
        ):
            with pytest.raises(HasAllAccess) as refusal:
                refused()
            assert refusal.value.username == "admin"
        assert stored_grants(admin) == {}

    def test_lose_their_grants_when_they_become_it_and_gain_none_when_they_cease(
        self, ada, grant, sites, stored_grants
    ):
        grant(ada, sites[0], "write", capabilities=[PUBLISH])

        accounts.update_user(OPERATOR, ada.id, role="admin")
        after_promotion = stored_grants(ada)
        accounts.create_user(OPERATOR, username="other", password="correct horse", role="admin")
        accounts.update_user(OPERATOR, ada.id, role="user")

        assert after_promotion == stored_grants(ada) == {}


class TestWords:
    @pytest.mark.parametrize("role", ["", "noaccess", "VIEW", "superuser", "team-owner", "view "])
    def test_an_unknown_role_is_refused(self, admin, ada, sites, role, stored_grants):
        with pytest.raises(UnknownRole) as refusal:
            grants.set_access(admin.actor, ada.id, sites, role)

        assert (refusal.value.role, refusal.value.field) == (role, "role")
        assert stored_grants(ada) == {}

    @pytest.mark.parametrize("name", ["", "view", "tagmanager", "TAGMANAGER_WRITE", "tagmanager_write\0"])
    def test_an_unknown_capability_is_refused(self, admin, ada, sites, grant, name, stored_grants):
        for refused in (
            lambda: grants.set_access(admin.actor, ada.id, sites, VIEW, capabilities=[TAGS, name]),
            lambda: grants.add_capabilities(admin.actor, ada.id, sites, [TAGS, name]),
            lambda: grants.remove_capabilities(admin.actor, ada.id, sites, [name]),
        ):
            with pytest.raises(UnknownCapability) as refusal:
                refused()
            assert (refusal.value.capability, refusal.value.field) == (name, "capabilities")
        assert stored_grants(ada) == {}

    def test_capabilities_without_a_role_are_refused(self, admin, ada, sites):
        with pytest.raises(Invalid):
            grants.set_access(admin.actor, ada.id, sites, None, capabilities=[TAGS])


def test_more_websites_than_one_statement_names(monkeypatch, ada, bob, make_website, sites, stored_grants):
    monkeypatch.setattr(grants, "AT_ONCE", 3)
    many = [*sites, *(make_website(owner=bob) for _ in range(5))]

    grants.set_access(bob.actor, ada.id, many, VIEW, capabilities=[TAGS])
    grants.add_capabilities(bob.actor, ada.id, many, [PUBLISH])
    grants.remove_capabilities(bob.actor, ada.id, many, [TAGS])

    assert stored_grants(ada) == {site: ("view", bob.id, {PUBLISH}) for site in many}
    with pytest.raises(UnknownWebsites):
        grants.set_access(OPERATOR, ada.id, [*many, uuid4()], None)
    grants.set_access(bob.actor, ada.id, many, None)
    assert stored_grants(ada) == {}


class TestWhatGoesWithWhat:
    def test_grants_go_with_the_website_and_with_the_user(self, ada, bob, grant, sites, stored_grants):
        for site in sites:
            grant(ada, site, "view", capabilities=[TAGS])

        websites.delete_website(OPERATOR, sites[0])
        after_the_website = stored_grants(ada)
        accounts.delete_user(OPERATOR, ada.id)

        assert after_the_website == {sites[1]: ("view", None, {TAGS})}
        assert stored_grants(ada) == {}

    def test_a_grant_outlives_whoever_gave_it(self, ada, make_user, grant, sites, stored_grants):
        eve = make_user("eve")
        grant(eve, sites[0], "admin")
        grants.set_access(eve.actor, ada.id, sites[:1], VIEW)

        accounts.delete_user(OPERATOR, eve.id)

        assert stored_grants(ada) == {sites[0]: ("view", None, set())}
