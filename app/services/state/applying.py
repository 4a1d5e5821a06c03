"""Carrying out a plan: each change through the service for it, so that all rules hold and all events are recorded."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.db.turns import only_apply
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Invalid
from app.services.authentication.new_passwords import check_new_password
from app.services.state.changes import Change, Delivery, Plan


@contextmanager
def exclusively(actor: Actor) -> Iterator[None]:
    """
    Let no other ``apply`` run on this database during the block.

    :raises Denied: the actor is not an administrator
    :raises ApplyRunning: another one is running
    """
    policy.require(policy.can_administer(actor))
    with only_apply():
        yield


def prepare(actor: Actor, plan: Plan, delivery: Delivery, *, prints_keys: bool) -> None:
    """
    Read the passwords that a plan needs, before anything is changed.

    :param prints_keys: whether new keys without a ``keyFile`` can be delivered
    :raises Denied: the actor is not an administrator
    :raises InvalidState: a password is missing or breaks a rule; a new key would be lost
    """
    policy.require(policy.can_administer(actor))
    for route, source in plan.sources.items():
        try:
            plan.passwords[route] = delivery.secret(source)
            check_new_password(plan.passwords[route])
        except Invalid as error:
            plan.report((*route, "password"), error.message)
    for route, name in () if prints_keys else plan.undeliverable:
        plan.report(route, f"The new key {name} would be lost. Add a keyFile, or use --show-keys to print it once.")
    plan.document.require_no_problems()


def carry_out(actor: Actor, plan: Plan, delivery: Delivery) -> Iterator[Change]:
    """
    Make the changes of a prepared plan, one after the other, and yield each as soon as it is made.

    Each is complete in itself. If one fails, the former ones remain, and a new plan has the others.

    :raises DomainError: what the service for a change raises
    """
    policy.require(policy.can_administer(actor))
    for change in plan.in_order():
        change.run(actor, plan, delivery)
        yield change
