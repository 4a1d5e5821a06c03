"""The mails that there are."""

from enum import StrEnum


class Kind(StrEnum):
    """What a mail is about; each has its templates."""

    INVITATION = "invitation"
    """To whoever is invited. ``invitation_id``; link, names and address are looked up when it is sent."""
    INVITATION_ACCEPTED = "invitation-accepted"
    """To the inviter. ``username`` of whoever accepted."""
    INVITATION_DECLINED = "invitation-declined"
    """To the inviter. ``username`` that the account would have had."""
    PASSWORD_RESET = "password-reset"  # noqa: S105 (a name)
    """A link for a new password. ``account``, as somebody typed it; who that is, is looked up when it is sent."""
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    """To the account's owner. ``username``, and ``by``: ``self``, ``admin`` or ``link``."""
    EMAIL_CHANGED = "email-changed"
    """To the old address and to the new one. ``username``, ``old`` and ``new``."""
    TEST = "test"
    """From the command line."""
