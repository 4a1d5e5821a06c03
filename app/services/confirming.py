"""Changes that take the actor's own password once more."""

from dataclasses import dataclass

from app.security.actor import Actor
from app.services import auth
from app.services.account_errors import NotConfirmed


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether the password must be shown for a change, and what was shown."""

    needed: bool = False
    password: str | None = None

    def check(self, actor: Actor) -> None:
        """
        :raises NotConfirmed: it must be shown, and was not
        :raises WrongPassword: another was
        :raises Throttled: too many wrong ones lately
        """
        if not self.needed:
            return
        if not self.password:
            raise NotConfirmed
        auth.confirm_password(actor, self.password)


NOT_NEEDED = Confirmation()
