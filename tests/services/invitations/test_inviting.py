"""Inviting: who can invite to what, and what takes effect at once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import AlreadyAccepted, Conflict, Denied, Invalid, NotFound, Unauthenticated, WrongCredentials
from app.domain.pagination import Window
from app.models import utcnow
from app.security.link_tokens import LinkTokens
from app.security.tokens import hash_token
from app.services.access import grants
from app.services.authentication import login
from app.services.invitations import manage
from app.services.invitations.pending import id_for
from app.services.invitations.views import State
from app.services.users import accounts
from tests.actors import VISITOR
from tests.conftest import SECRET
from tests.services.invitations.conftest import PASSWORD

NOBODY = UUID("0190a0b0-c0d0-7abc-9def-001122334455")


def give(app, website, user, role="admin"):
    with app.app_context():
        grants.set_access(OPERATOR, user.id, [website], role)


class TestTheAccountToBe:
    def test_it_is_there_at_once_and_waits(self, admin, invite, look):
        made = invite(admin.actor, username="ada", email="Ada@Example.org")

        user = look.user(made.user_id)
        assert (user.username, user.email, user.pending, user.password_hash) == ("ada", "Ada@example.org", True, "")
        assert user.role == "view-only"
        assert (made.role, made.state, made.inviter_name) == ("user", State.OPEN, "admin")

    def test_it_is_called_by_its_address_without_a_name(self, admin, invite):
        made = invite(admin.actor, email="ada@example.org")

        assert (made.username, made.email) == ("ada@example.org", "ada@example.org")

    def test_nobody_can_log_in_to_it(self, app, admin, invite):
        invite(admin.actor, username="ada")

        for password in ("", "anything"):
            with app.app_context(), pytest.raises(WrongCredentials):
                login.login(VISITOR, "ada", password)

    def test_nobody_can_set_its_password(self, app, admin, invite):
        made = invite(admin.actor, username="ada")

        with app.app_context(), pytest.raises(Conflict, match="has not been accepted"):
            accounts.update_user(admin.actor, made.user_id, password=PASSWORD)

    def test_deleting_it_deletes_the_invitation(self, app, admin, invite, look):
        made = invite(admin.actor, username="ada")

        with app.app_context():
            accounts.delete_user(admin.actor, made.user_id)

        assert look.invitation(made.id) is None

    def test_its_grants_stand_at_once_and_its_teams_wait(self, admin, invite, look, make_website, make_team):
        site, team = make_website(owner=admin), make_team(admin)

        made = invite(
            admin.actor,
            username="ada",
            grants=[{"website_id": site, "role": "write"}],
            teams=[{"team_id": team, "role": "team-member"}],
        )

        assert look.grants(made.user_id) == {site: "write"}
        assert look.teams(made.user_id) == {}
        assert made.grants == [{"website_id": str(site), "role": "write"}]
        assert made.teams == [{"team_id": str(team), "role": "team-member"}]


class TestTheLink:
    def test_the_database_holds_nothing_that_opens_it(self, admin, invite, look):
        made = invite(admin.actor, username="ada")

        stored = look.invitation(made.id)
        assert made.token not in (stored.nonce, stored.token_hash)
        assert stored.token_hash == hash_token(made.token)
        assert LinkTokens(SECRET).derive("invitation", made.id, stored.nonce) == made.token

    def test_it_is_shown_once(self, app, admin, invite):
        made = invite(admin.actor, username="ada")

        with app.app_context():
            assert manage.get(admin.actor, made.id).token is None

    def test_it_is_good_for_seven_days(self, admin, invite):
        made = invite(admin.actor, username="ada")

        assert abs(made.expires_at - utcnow() - timedelta(days=7)) < timedelta(minutes=1)

    @pytest.mark.parametrize("days", [0.01, 1.5, 365])
    def test_it_is_good_for_as_long_as_was_said(self, admin, invite, days):
        made = invite(admin.actor, username="ada", days=days)

        assert abs(made.expires_at - utcnow() - timedelta(days=days)) < timedelta(minutes=1)

    @pytest.mark.parametrize("days", [0, -1, 0.009, 365.1, float("nan"), float("inf")])
    def test_a_time_out_of_bounds_is_refused(self, admin, invite, days):
        with pytest.raises(Invalid) as caught:
            invite(admin.actor, username="ada", days=days)

        assert caught.value.field == "days"

    def test_it_is_mailed_where_there_is_an_address(self, admin, invite, look, with_mail):
        made = invite(admin.actor, username="ada", email="ada@example.org")
        invite(admin.actor, username="bob")

        assert look.mails() == [("invitation", "ada@example.org", {"invitation_id": str(made.id)})]


class TestWhoMay:
    def test_an_administrator_may_invite_to_nothing(self, admin, invite):
        assert invite(admin.actor, username="ada", role="admin").role == "admin"

    def test_others_may_not(self, make_user, invite):
        with pytest.raises(Denied):
            invite(make_user().actor, username="ada")

    def test_a_bearer_of_a_share_may_not(self, invite):
        with pytest.raises(Denied):
            invite(VISITOR, username="ada")

    @pytest.mark.parametrize("by", ["ownership", "grant", "team-owner", "team-manager"])
    def test_who_administers_a_website_may_invite_to_it(
        self, app, admin, make_user, make_website, make_team, invite, by
    ):
        inviter = make_user()
        if by == "ownership":
            site = make_website(owner=inviter)
        elif by == "grant":
            site = make_website(owner=admin)
            give(app, site, inviter)
        else:
            team = make_team(inviter) if by == "team-owner" else make_team(admin, manager=inviter)
            site = make_website(team=team)

        made = invite(inviter.actor, username="ada", grants=[{"website_id": site, "role": "admin"}])

        assert made.inviter_id == inviter.id

    @pytest.mark.parametrize("role", ["view", "write"])
    def test_who_only_views_or_writes_may_not(self, app, admin, make_user, make_website, invite, role):
        inviter, site = make_user(), make_website(owner=admin)
        give(app, site, inviter, role)

        with pytest.raises(Denied):
            invite(inviter.actor, username="ada", grants=[{"website_id": site, "role": "view"}])

    def test_every_website_counts(self, admin, make_user, make_website, invite, look):
        inviter = make_user()
        mine, other = make_website(owner=inviter), make_website(owner=admin)

        with pytest.raises(Denied):
            invite(
                inviter.actor,
                username="ada",
                grants=[{"website_id": mine, "role": "view"}, {"website_id": other, "role": "view"}],
            )

    def test_a_website_that_is_not_there_is_not_told_from_a_foreign_one(self, make_user, make_website, invite):
        inviter = make_user()

        with pytest.raises(Denied):
            invite(inviter.actor, username="ada", grants=[{"website_id": uuid4(), "role": "view"}])

    @pytest.mark.parametrize(
        ("own", "given", "allowed"),
        [
            ("user", "user", True),
            ("user", "view-only", True),
            ("user", "admin", False),
            ("view-only", "user", False),
            ("view-only", "view-only", True),
        ],
    )
    def test_nobody_gives_a_role_above_their_own(self, make_user, make_website, invite, own, given, allowed):
        inviter = make_user(role=own)
        entry = {"website_id": make_website(owner=inviter), "role": "view"}

        if allowed:
            assert invite(inviter.actor, username="ada", role=given, grants=[entry]).role == given
        else:
            with pytest.raises(Denied):
                invite(inviter.actor, username="ada", role=given, grants=[entry])

    def test_without_a_role_it_is_the_inviters_where_that_is_less(self, make_user, make_website, invite):
        inviter = make_user(role="view-only")

        made = invite(
            inviter.actor, username="ada", grants=[{"website_id": make_website(owner=inviter), "role": "view"}]
        )

        assert made.role == "view-only"

    @pytest.mark.parametrize(
        ("own", "given", "allowed"),
        [
            ("manager", "team-member", True),
            ("manager", "team-manager", True),
            ("manager", "team-owner", False),
            ("member", "team-view-only", False),
            (None, "team-view-only", False),
        ],
    )
    def test_team_roles_are_those_that_the_inviter_could_give(
        self, admin, make_user, make_website, make_team, invite, own, given, allowed
    ):
        inviter = make_user()
        team = make_team(admin, **({own: inviter} if own else {}))
        values = {
            "grants": [{"website_id": make_website(owner=inviter), "role": "view"}],
            "teams": [{"team_id": team, "role": given}],
        }

        if allowed:
            assert invite(inviter.actor, username="ada", **values).teams[0]["role"] == given
        else:
            with pytest.raises(Denied):
                invite(inviter.actor, username="ada", **values)


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"username": None}, "username"),
            ({"username": ""}, "username"),
            ({"username": "  "}, "username"),
            ({"username": "a\nb"}, "username"),
            ({"username": "a" * 256}, "username"),
            ({"email": "nobody"}, "email"),
            ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"),
            ({"email": f"{'a' * 300}@example.org"}, "email"),
            ({"email": "jörg@example.org"}, "email"),
            ({"username": "ada", "role": "root"}, "role"),
            ({"username": "ada", "teams": [{"team_id": NOBODY, "role": "team-member"}]}, "teams"),
            ({"username": "ada", "teams": [{"team_id": NOBODY, "role": "boss"}]}, "teams"),
            ({"username": "ada", "grants": [{"website_id": NOBODY, "role": "view"}]}, "grants"),
            ({"username": "ada", "grants": [{"website_id": NOBODY, "role": "owner"}]}, "grants"),
            ({"username": "ada", "grants": [{"website_id": NOBODY, "role": "view"}] * 101}, "grants"),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_what_cannot_be_is_refused_by_its_field(self, admin, invite, values, field):
        with pytest.raises(Invalid) as caught:
            invite(admin.actor, **values)

        assert caught.value.field == field

    def test_one_website_twice_is_refused(self, admin, make_website, invite):
        entry = {"website_id": make_website(owner=admin), "role": "view"}

        with pytest.raises(Invalid, match="more than once"):
            invite(admin.actor, username="ada", grants=[entry, entry])

    def test_an_administrator_to_be_needs_no_grants(self, admin, make_website, invite):
        with pytest.raises(Invalid, match="full access to every website"):
            invite(
                admin.actor,
                username="ada",
                role="admin",
                grants=[{"website_id": make_website(owner=admin), "role": "view"}],
            )

    @pytest.mark.parametrize("values", [{"username": "ADA"}, {"username": "other", "email": "Ada@Example.ORG"}])
    def test_a_taken_name_or_address_is_a_conflict(self, admin, invite, values):
        invite(admin.actor, username="ada", email="ada@example.org")

        with pytest.raises(Conflict):
            invite(admin.actor, **values)

    def test_nobody_is_called_as_somebody_elses_address(self, admin, invite):
        invite(admin.actor, username="ada", email="ada@example.org")

        with pytest.raises(Conflict):
            invite(admin.actor, username="ada@example.org")

    @pytest.mark.parametrize("email", ["o'brien+news@example.org", "ada@münchen.example"])
    def test_odd_addresses_that_are_right_are_taken(self, admin, invite, email):
        assert invite(admin.actor, email=email).email == email


class TestManaging:
    def test_administrators_see_all_others_their_own(self, app, admin, make_user, make_website, invite):
        inviter = make_user("inviter")
        invite(admin.actor, username="ada")
        invite(inviter.actor, username="bob", grants=[{"website_id": make_website(owner=inviter), "role": "view"}])

        with app.app_context():
            of_admin = manage.list_invitations(admin.actor, Window())
            of_inviter = manage.list_invitations(inviter.actor, Window())
            of_nobody = manage.list_invitations(make_user().actor, Window())

        assert [(row.username, row.inviter_name) for row in of_admin.rows] == [("bob", "inviter"), ("ada", "admin")]
        assert [row.username for row in of_inviter.rows] == ["bob"]
        assert (of_admin.total, of_inviter.total, of_nobody.total) == (2, 1, 0)

    def test_a_bearer_of_a_share_sees_none(self, app):
        with app.app_context(), pytest.raises(Unauthenticated):
            manage.list_invitations(VISITOR, Window())

    @pytest.mark.parametrize(
        ("search", "found"), [("ADA", ["ada"]), ("@example", ["bob"]), ("%", []), ("", ["bob", "ada"])]
    )
    def test_names_and_addresses_are_searched(self, app, admin, invite, search, found):
        invite(admin.actor, username="ada")
        invite(admin.actor, username="bob", email="someone@example.org")

        with app.app_context():
            page = manage.list_invitations(admin.actor, Window(), search=search)

        assert [row.username for row in page.rows] == found

    def test_the_list_says_what_has_become_of_each(self, app, admin, invite, accept, expire):
        invite(admin.actor, username="open")
        expire(invite(admin.actor, username="expired").id)
        accept(invite(admin.actor, username="accepted").token)

        with app.app_context():
            page = manage.list_invitations(admin.actor, Window())

        assert {row.username: str(row.state) for row in page.rows} == {
            "open": "open",
            "expired": "expired",
            "accepted": "accepted",
        }

    def test_somebody_elses_are_nobodys_business(self, app, admin, make_user, invite):
        made, other = invite(admin.actor, username="ada"), make_user().actor

        with app.app_context():
            for service in (manage.get, manage.revoke, manage.resend, manage.make_link):
                for invitation_id in (made.id, uuid4()):
                    with pytest.raises(Denied):
                        service(other, invitation_id)

    def test_unknown_ones_are_missing_to_administrators(self, app, admin):
        with app.app_context():
            for service in (manage.get, manage.revoke, manage.resend, manage.make_link):
                with pytest.raises(NotFound):
                    service(admin.actor, uuid4())

    def test_accepted_ones_are_done_with(self, app, admin, invite, accept):
        made = invite(admin.actor, username="ada")
        accept(made.token)

        with app.app_context():
            for service in (manage.revoke, manage.resend, manage.make_link):
                with pytest.raises(AlreadyAccepted):
                    service(admin.actor, made.id)


class TestByTheAccount:
    def test_the_same_by_the_account_to_be(self, app, admin, invite, look):
        made = invite(admin.actor, username="ada")

        with app.app_context():
            again = manage.resend(admin.actor, id_for(made.user_id))
            link = manage.make_link(admin.actor, id_for(made.user_id))
            manage.revoke(admin.actor, id_for(made.user_id))

        assert again.id == made.id
        assert len({made.token, again.token, link}) == 3
        assert look.user(made.user_id) is None

    def test_an_account_that_waits_for_nobody_is_missing(self, app, admin, make_user, invite, accept):
        accepted = invite(admin.actor, username="ada")
        accept(accepted.token)

        with app.app_context():
            for user_id in (accepted.user_id, make_user().id, uuid4()):
                with pytest.raises(NotFound):
                    id_for(user_id)


class TestRevoking:
    def test_the_account_goes(self, app, admin, invite, look):
        made = invite(admin.actor, username="ada")

        with app.app_context():
            manage.revoke(admin.actor, made.id)

        assert look.user(made.user_id) is None
        assert invite(admin.actor, username="ada").username == "ada"

    def test_the_inviter_may(self, app, make_user, make_website, invite, look):
        inviter = make_user()
        made = invite(
            inviter.actor, username="ada", grants=[{"website_id": make_website(owner=inviter), "role": "view"}]
        )

        with app.app_context():
            manage.revoke(inviter.actor, made.id)

        assert look.user(made.user_id) is None

    def test_websites_that_it_was_given_go_with_an_administrator_alone(
        self, app, admin, make_user, make_website, invite, look
    ):
        inviter = make_user()
        made = invite(
            inviter.actor, username="ada", grants=[{"website_id": make_website(owner=inviter), "role": "view"}]
        )
        make_website(owner=look.user(made.user_id))

        with app.app_context():
            with pytest.raises(Conflict, match="websites"):
                manage.revoke(inviter.actor, made.id)
            assert look.user(made.user_id) is not None
            manage.revoke(admin.actor, made.id)

        assert look.user(made.user_id) is None


class TestRenewing:
    def test_a_new_link_kills_the_old_ones(self, app, admin, invite, accept):
        made = invite(admin.actor, username="ada")
        with app.app_context():
            copied = manage.make_link(admin.actor, made.id)
            again = manage.resend(admin.actor, made.id)

        for dead in (made.token, copied):
            with pytest.raises(NotFound):
                accept(dead)
        assert accept(again.token) == "ada"

    @pytest.mark.parametrize("which", ["first", "copied"])
    def test_a_link_to_copy_leaves_the_first_one_good(self, app, admin, invite, accept, which):
        made = invite(admin.actor, username="ada")
        with app.app_context():
            copied = manage.make_link(admin.actor, made.id)

        assert accept(made.token if which == "first" else copied) == "ada"
        with pytest.raises(NotFound):
            accept(copied if which == "first" else made.token)

    def test_of_links_to_copy_the_newest_is_good(self, app, admin, invite, accept):
        made = invite(admin.actor, username="ada")
        with app.app_context():
            old, new = manage.make_link(admin.actor, made.id), manage.make_link(admin.actor, made.id)

        with pytest.raises(NotFound):
            accept(old)
        assert accept(new) == "ada"

    @pytest.mark.parametrize("how", [manage.resend, manage.make_link])
    def test_an_expired_one_is_good_again(self, app, admin, invite, accept, expire, how):
        made = invite(admin.actor, username="ada")
        expire(made.id)

        with app.app_context():
            renewed = how(admin.actor, made.id, days=2)
            until = manage.get(admin.actor, made.id).expires_at

        assert abs(until - utcnow() - timedelta(days=2)) < timedelta(minutes=1)
        assert accept(renewed if isinstance(renewed, str) else renewed.token) == "ada"

    def test_it_is_mailed_again(self, app, admin, invite, look, with_mail):
        made = invite(admin.actor, email="ada@example.org")
        with app.app_context():
            manage.resend(admin.actor, made.id)
            manage.make_link(admin.actor, made.id)

        assert [kind for kind, _, _ in look.mails()] == ["invitation", "invitation"]

    @pytest.mark.parametrize("how", [manage.resend, manage.make_link])
    @pytest.mark.parametrize("adopter", ["another administrator", "the operator"])
    def test_an_administrator_takes_the_place_of_an_inviter_who_is_gone(
        self, app, admin, make_user, make_website, invite, accept, look, how, adopter
    ):
        inviter = make_user("inviter", role="admin")
        site = make_website(owner=admin)
        made = invite(inviter.actor, username="ada", grants=[{"website_id": site, "role": "view"}])
        with app.app_context():
            accounts.delete_user(admin.actor, inviter.id)
            renewed = how(OPERATOR if adopter == "the operator" else admin.actor, made.id)

        assert look.invitation(made.id).by_operator is (adopter == "the operator")
        assert accept(renewed if isinstance(renewed, str) else renewed.token) == "ada"
        assert look.grants(made.user_id) == {site: "view"}

    def test_a_living_inviter_stays_who_answers(self, app, admin, make_user, make_website, invite, look):
        inviter = make_user()
        made = invite(
            inviter.actor, username="ada", grants=[{"website_id": make_website(owner=inviter), "role": "view"}]
        )
        with app.app_context():
            manage.resend(admin.actor, made.id)

        assert look.invitation(made.id).inviter_id == inviter.id
