"""The capabilities of an installation, and the roles that include them."""

import pytest

from app import create_app
from app.domain.actor import OPERATOR
from app.domain.capabilities import Capabilities
from app.domain.roles import SiteRole
from app.runtime import runtime
from app.services.access import effective, grants
from app.settings import ConfigError
from tests.conftest import settings_for

VIEW, WRITE, ADMIN = SiteRole
BUILT_IN = ["tagmanager_write", "tagmanager_publish_live_container", "tagmanager_use_custom_templates"]


class TestBuiltIn:
    def test_tag_managers_three_are_there_with_the_roles_that_include_them(self):
        known = Capabilities()

        assert [(one.id, one.name, one.category, one.included_in) for one in known.values()] == [
            ("tagmanager_write", "Write", "Tag Manager", {WRITE, ADMIN}),
            ("tagmanager_publish_live_container", "Publish Live Container", "Tag Manager", {ADMIN}),
            ("tagmanager_use_custom_templates", "Use Custom Templates", "Tag Manager", {ADMIN}),
        ]
        assert all(one.description for one in known.values())

    @pytest.mark.parametrize(
        ("role", "implied"), [(None, []), (VIEW, []), (WRITE, BUILT_IN[:1]), (ADMIN, BUILT_IN)], ids=str
    )
    def test_what_a_role_implies(self, role, implied):
        assert Capabilities().included_in(role) == implied

    def test_they_are_put_in_their_order_and_unknown_ones_left_out(self):
        assert Capabilities().ordered([*reversed(BUILT_IN), "gone"]) == BUILT_IN


class TestOfTheSettings:
    def test_they_follow_the_built_in_ones(self):
        known = Capabilities.of(" export:write+admin , see-revenue: admin,audit ,")

        assert list(known) == [*BUILT_IN, "export", "see-revenue", "audit"]
        assert known.included_in(WRITE) == ["tagmanager_write", "export"]
        assert known.included_in(ADMIN) == [*BUILT_IN, "export", "see-revenue"]
        assert known["audit"].included_in == frozenset()
        assert (known["audit"].name, known["audit"].category) == ("audit", "Other")

    @pytest.mark.parametrize(
        ("setting", "reason"),
        [
            ("a b:admin", "defines 'a b', but a name must have 1 to 100 letters, digits, '_' or '-'"),
            (":admin", "defines '', but a name must have 1 to 100 letters, digits, '_' or '-'"),
            ("ä", "defines 'ä', but a name must have 1 to 100 letters, digits, '_' or '-'"),
            ("x" * 101, f"defines {'x' * 101!r}, but a name must have 1 to 100 letters, digits, '_' or '-'"),
            ("x:owner", "includes 'x' in 'owner', but the roles are view, write, admin"),
            ("x:admin+", "includes 'x' in '', but the roles are view, write, admin"),
            ("x:admin:write", "includes 'x' in 'admin:write', but the roles are view, write, admin"),
            ("x,x", "defines 'x', a name that is already taken"),
            ("tagmanager_write:view", "defines 'tagmanager_write', a name that is already taken"),
            ("view", "defines 'view', a name that is already taken"),
            ("noaccess:admin", "defines 'noaccess', a name that is already taken"),
        ],
        ids=lambda text: str(text)[:20],
    )
    def test_what_cannot_be_is_refused_at_the_start(self, setting, reason, tmp_path):
        settings = settings_for("", tmp_path, capabilities=setting)

        with pytest.raises(ConfigError) as refusal:
            create_app(settings)

        assert str(refusal.value) == f"FRONTDESK_CAPABILITIES {reason}"

    def test_one_that_no_setting_names_any_more_is_passed_over(self, app, monkeypatch, make_user, make_website):
        ada = make_user("ada")
        site = make_website(owner=make_user())
        with app.app_context():
            known = Capabilities.of("export:admin")
            monkeypatch.setitem(runtime().__dict__, "capabilities", known)
            grants.set_access(OPERATOR, ada.id, [site], VIEW, capabilities=["export", "tagmanager_write"])
            before = effective.get_access(OPERATOR, site, ada.id)
            monkeypatch.undo()

            after = effective.get_access(OPERATOR, site, ada.id)

        assert (before.granted, after.granted) == (["tagmanager_write", "export"], ["tagmanager_write"])
