"""Refusals about accounts, told apart by their kind, so that each wire can say them in its own words."""

from app.errors import Conflict, Denied, Invalid


class UsernameTaken(Conflict):
    """Somebody, perhaps with a closed account, is called ``username``."""

    def __init__(self, username: str) -> None:
        super().__init__("User already exists")
        self.username = username


class UsernameIsEmail(Conflict):
    """``username`` is somebody else's e-mail address."""

    def __init__(self, username: str) -> None:
        super().__init__("This username is another user's e-mail address")
        self.username = username


class EmailTaken(Conflict):
    """``email`` is somebody else's address already."""

    def __init__(self, email: str) -> None:
        super().__init__("A user with this e-mail address already exists")
        self.email = email


class EmailIsUsername(Conflict):
    """``email`` is somebody else's username."""

    def __init__(self, email: str) -> None:
        super().__init__("This e-mail address is another user's username")
        self.email = email


class LastAdmin(Conflict):
    """The last administrator, ``username``, would go (W4); ``deleted``, or else demoted."""

    def __init__(self, username: str, *, deleted: bool) -> None:
        super().__init__(f"The last administrator cannot be {'deleted' if deleted else 'demoted'}.")
        self.username, self.deleted = username, deleted


class ReservedAccount(Conflict):
    """The account of those who are not logged in is nobody's to change."""

    default = "The account 'anonymous' stands for those who are not logged in; it cannot be changed."


class NotConfirmed(Conflict):
    """A change takes the actor's password, and none was given."""

    default = "Confirm this with your password."


class WrongPassword(Conflict):
    """A change takes the actor's password, and this is another."""

    default = "Current password is incorrect"


class NoFirstWebsite(Invalid):
    """A new account must see some website."""

    default = "Name a website that the new user may see."


class ResendDenied(Denied):
    """The invitation of ``username`` is the business of whoever invited them, and of administrators."""

    def __init__(self, username: str) -> None:
        super().__init__(f"Only who invited {username} may do this, and administrators.")
        self.username = username


def clashes(username: str | None, email: str | None) -> dict[str, str | Conflict]:
    """What a lost race for a name or an address is called, for ``transaction``."""
    return {
        "uq_user_username_key": UsernameTaken(username or ""),
        "uq_user_email_key": EmailTaken(email or ""),
        "pk_user": "A user with this id already exists",
    }
