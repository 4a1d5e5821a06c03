"""Many calls at the same moment: one account, one success, and the same error for all others."""

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import AlreadyAccepted, Conflict, DomainError, LinkGone
from app.services.authentication import login, password_resets
from app.services.invitations import accept as acceptance
from app.services.invitations import manage
from app.services.users import accounts
from tests.actors import VISITOR
from tests.racing import ROUNDS, at_once
from tests.services.invitations.conftest import PASSWORD

MANY = 50


@pytest.fixture
def outcome_of(app):
    """``outcome_of(service, …)``: what a service returns, or the error that it raises."""

    def call(service, *args, **values):
        with app.app_context():
            try:
                return service(*args, **values)
            except DomainError as error:
                return error

    return call


def test_fifty_who_accept_one_link(
    app, admin, invite, look, outcome_of, make_website, make_team, with_mail, as_operator
):
    as_operator(accounts.update_user, admin.id, email="admin@example.org")
    site, team = make_website(owner=admin), make_team(admin)
    made = invite(
        admin.actor,
        username="ada",
        grants=[{"website_id": site, "role": "write"}],
        teams=[{"team_id": team, "role": "team-member"}],
    )
    passwords = [f"{PASSWORD} {number}" for number in range(MANY)]

    answers = at_once(
        *[lambda chosen=chosen: outcome_of(acceptance.accept, VISITOR, made.token, chosen) for chosen in passwords]
    )

    winners = [number for number, answer in enumerate(answers) if answer == "ada"]
    losers = [answer for answer in answers if answer != "ada"]
    assert len(winners) == 1
    assert {(type(loser), loser.message) for loser in losers} == {(LinkGone, "This link is no longer valid.")}
    with app.app_context():
        assert login.login(VISITOR, "ada", passwords[winners[0]]).identity.user.id == made.user_id
    assert look.teams(made.user_id) == {team: "team-member"}
    assert look.grants(made.user_id) == {site: "write"}
    assert [kind for kind, _, _ in look.mails() if kind == "invitation-accepted"] == ["invitation-accepted"]


def test_fifty_forms_that_are_sent_at_once(app, admin, invite):
    made = invite(admin.actor, username="ada")
    form = {"action": "accept", "password": PASSWORD, "repeat": PASSWORD}

    answers = at_once(*[lambda: app.test_client().post(f"/invitations/{made.token}", data=form) for _ in range(MANY)])

    assert sorted(answer.status_code for answer in answers) == [200] + [404] * (MANY - 1)
    assert len({answer.text for answer in answers}) == 2


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_who_accepts_and_one_who_declines(admin, invite, look, outcome_of, round_):
    made = invite(admin.actor, username="ada")

    accepted, declined = at_once(
        lambda: outcome_of(acceptance.accept, VISITOR, made.token, PASSWORD),
        lambda: outcome_of(acceptance.decline, VISITOR, made.token),
    )

    user = look.user(made.user_id)
    if accepted == "ada":
        assert (user.pending, type(declined)) == (False, LinkGone)
    else:
        assert (user, declined, type(accepted)) == (None, None, LinkGone)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_who_accepts_while_it_is_taken_back(admin, invite, look, outcome_of, round_):
    made = invite(admin.actor, username="ada")

    accepted, revoked = at_once(
        lambda: outcome_of(acceptance.accept, VISITOR, made.token, PASSWORD),
        lambda: outcome_of(manage.revoke, admin.actor, made.id),
    )

    user = look.user(made.user_id)
    if accepted == "ada":
        assert (user.pending, type(revoked)) == (False, AlreadyAccepted)
    else:
        assert (user, revoked, type(accepted)) == (None, None, LinkGone)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_who_accepts_while_it_is_sent_again(admin, invite, accept, look, outcome_of, round_):
    made = invite(admin.actor, username="ada")

    accepted, resent = at_once(
        lambda: outcome_of(acceptance.accept, VISITOR, made.token, PASSWORD),
        lambda: outcome_of(manage.resend, admin.actor, made.id),
    )

    if accepted == "ada":
        assert type(resent) is AlreadyAccepted
    else:
        assert type(accepted) is LinkGone
        assert accept(resent.token) == "ada"
    assert look.user(made.user_id).pending is False


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_who_accepts_while_the_inviter_is_deleted(admin, make_user, invite, look, outcome_of, round_):
    inviter = make_user(role="admin")
    made = invite(inviter.actor, username="ada")

    accepted, deleted = at_once(
        lambda: outcome_of(acceptance.accept, VISITOR, made.token, PASSWORD),
        lambda: outcome_of(accounts.delete_user, OPERATOR, inviter.id),
    )

    assert deleted is None
    assert look.user(made.user_id).pending is (accepted != "ada")
    assert accepted == "ada" or type(accepted) is LinkGone


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_who_invite_the_same_person(admin, outcome_of, round_):
    answers = at_once(
        lambda: outcome_of(manage.invite, admin.actor, username="ada", email="ada@example.org"),
        lambda: outcome_of(manage.invite, admin.actor, username="Ada", email="ADA@example.org"),
    )

    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    assert isinstance(refused[0], Conflict)


def test_ten_who_use_one_link_for_a_new_password(app, admin, outcome_of):
    with app.app_context():
        token = password_resets.make_link(admin.actor, admin.id)
    form = {"password": PASSWORD, "repeat": PASSWORD}

    answers = at_once(*[lambda: app.test_client().post(f"/reset-password/{token}", data=form) for _ in range(10)])

    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 9
