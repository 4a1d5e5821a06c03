"""Changes that the actor must confirm with their own password."""

from dataclasses import dataclass

from app.domain.actor import Actor
from app.domain.errors import NotConfirmed
from app.domain.scopes import Scope
from app.services.authentication import login


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether a change needs the actor's password, and the password that was sent."""

    needed: bool = False
    password: str | None = None

    def check(self, actor: Actor) -> Actor:
        """
        Check the password, if it is needed, and return the actor as confirmed. A key with the scope ``admin`` needs
        none.

        :raises NotConfirmed: no password was sent
        :raises WrongPassword: it is not the actor's password
        :raises Throttled: too many wrong passwords lately
        """
        if not self.needed or (actor.is_key and Scope.ADMIN in (actor.credential.scopes or ())):
            return actor
        if not self.password:
            raise NotConfirmed
        return login.confirm(actor, self.password)


NOT_NEEDED = Confirmation()
