"""Planning and applying in one call each, for callers who cannot hold a plan in between: programs that use HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import DomainError, KeysNotManaged, SecretMissing, StateChanged
from app.services.authentication.api_keys import NewKey
from app.services.state import applying
from app.services.state.changes import Change, Plan
from app.services.state.planning import make_plan

Source = tuple[str, str]
"""Where a secret comes from: ``("env", NAME)`` or ``("file", PATH)``."""


@dataclass(frozen=True, slots=True)
class Request:
    """A state file, and what to do with it; see ``make_plan``."""

    content: str
    name: str
    prune: bool
    set_passwords: bool
    secrets: Mapping[Source, str | None] | None = None
    """The secrets that the caller has read; None in place of one that does not exist. None for a plan without them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The changes that were made, and the error that ended them, if there was one."""

    made: list[Change]
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """Delivers the secrets that a caller has sent."""

    secrets: Mapping[Source, str | None]

    def secret(self, source: Mapping[str, str]) -> str:
        (place,) = source.items()
        found = self.secrets.get(place)
        if not found:
            raise SecretMissing.of(source)
        return found

    def key(self, _user: str, _made: NewKey, _file: str | None) -> None:
        raise KeysNotManaged


def look(actor: Actor, request: Request) -> Plan:
    """
    Return what would be changed. If secrets are sent, they are checked as well.

    :raises KeysNotManaged: secrets are sent, and API keys would be made or ended
    :raises Denied, InvalidState: see ``make_plan``
    """
    policy.require(policy.can_administer(actor))
    plan = make_plan(
        actor, request.content.encode(), request.name, prune=request.prune, set_passwords=request.set_passwords
    )
    if request.secrets is not None:
        if any(change.kind == "key" for change in plan.changes):
            raise KeysNotManaged
        applying.prepare(actor, plan, _Sent(request.secrets), prints_keys=True)
    return plan


def carry_out(actor: Actor, request: Request, *, expected: str) -> Outcome:
    """
    Change what a plan has. Each change is complete in itself.

    :param expected: the fingerprint of the plan
    :raises StateChanged: by now, the plan would be another one
    :raises ApplyRunning: another apply is running
    :raises DomainError: no change could be made; see ``look`` and the service for the first change
    """
    secrets = request.secrets or {}
    with applying.exclusively(actor):
        plan = look(actor, replace(request, secrets=secrets))
        if plan.fingerprint != expected:
            raise StateChanged
        made: list[Change] = []
        try:
            made.extend(applying.carry_out(actor, plan, _Sent(secrets)))  # an iterator extends a list item by item
        except DomainError as error:
            if not made:
                raise
            return Outcome(made, error)
    return Outcome(made)
