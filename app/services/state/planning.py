"""What has to change so that the database is as a state file says."""

from app.domain import policy
from app.domain.actor import Actor
from app.domain.roles import TeamRole
from app.services.state.changes import Plan
from app.services.state.current import StateTeam, StateUser, read_current
from app.services.state.documents import read_document
from app.services.state.grants import plan_grants
from app.services.state.teams import plan_teams
from app.services.state.users import plan_users
from app.services.state.websites import label, plan_websites


def make_plan(actor: Actor, content: bytes, name: str, *, prune: bool = False, set_passwords: bool = False) -> Plan:
    """
    Compare a state file with the database, and return what has to change. Nothing is changed.

    :param content: the file's content
    :param name: the file's name, for messages
    :param prune: delete what is not in the file, in the sections that the file has
    :param set_passwords: also set the passwords of accounts that exist already
    :raises Denied: the actor is not an administrator
    :raises InvalidState: the file is not valid, or cannot be applied; each problem says where
    """
    policy.require(policy.can_administer(actor))
    document = read_document(content, name)
    current = read_current()
    had_admins = any(user.is_active_admin for user in current.users.values())
    plan = Plan(document, current, prune, set_passwords)
    plan_users(plan)
    plan_teams(plan)
    plan_websites(plan)
    plan_grants(plan)
    _keep_an_admin(plan, had_admins)
    _keep_what_is_not_managed(plan)
    document.require_no_problems()
    return plan


def _keep_an_admin(plan: Plan, had_admins: bool) -> None:
    left = [user for user in plan.current.users.values() if user.is_active_admin and not plan.is_gone(user)]
    if had_admins and not left:
        plan.report(None, "No administrator who can log in would be left. Keep one in the file.")


def _keep_what_is_not_managed(plan: Plan) -> None:
    """Note accounts that cannot be deleted because websites or teams that stay would be deleted with them."""
    for website in plan.current.websites:
        if plan.is_gone(website):
            continue
        heirs = [website.owner]
        if isinstance(website.owner, StateTeam) and plan.is_gone(website.owner):
            heirs = [user for user, role in website.owner.members.items() if role == TeamRole.OWNER]
        for heir in heirs:
            if isinstance(heir, StateUser) and plan.is_gone(heir):
                plan.report(
                    None, f"{heir.username} cannot be deleted, because the website {label(website)} would be, too."
                )
    for team in plan.current.teams:
        if team.members and not plan.is_gone(team) and all(map(plan.is_gone, team.members)):
            names = ", ".join(user.username for user in team.members)
            plan.report(None, f"{names} cannot be deleted, because the team {team.name} would be, too.")
