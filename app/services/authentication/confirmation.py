"""Changes that take the actor's own password once more."""

from dataclasses import dataclass

from app.domain.actor import Actor
from app.domain.errors import NotConfirmed
from app.services.authentication import login


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
        login.confirm_password(actor, self.password)


NOT_NEEDED = Confirmation()
