"""Giving rights and taking them away: the service, on both databases."""

import pytest

from app.models import SiteRole
from app.security.actor import OPERATOR
from app.services import grants
from app.services.grant_errors import (
    NotAdministered,
)

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
    """Two websites of bob's."""
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

    def test_whoever_administers_by_a_grant_gives_too_even_to_oneself(self, ada, bob, sites, stored_grants):
        grants.set_access(bob.actor, ada.id, sites[:1], ADMIN)

        grants.set_access(ada.actor, ada.id, sites[:1], VIEW)

        assert stored_grants(ada) == {sites[0]: ("view", ada.id, set())}
        with pytest.raises(NotAdministered):
            grants.set_access(ada.actor, ada.id, sites[:1], ADMIN)
