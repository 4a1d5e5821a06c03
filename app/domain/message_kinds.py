"""The kinds of mail that Frontdesk sends."""

from enum import StrEnum


class Kind(StrEnum):
    """What a mail is about. Each kind has its own templates; the strings below name recipient and parameters."""

    INVITATION = "invitation"
    """To the invited user. ``invitation_id``; link, names and address are looked up when the mail is sent."""
    INVITATION_ACCEPTED = "invitation-accepted"
    """To the inviter. ``username`` of the new user."""
    INVITATION_DECLINED = "invitation-declined"
    """To the inviter. ``username`` that the account would have had."""
    PASSWORD_RESET = "password-reset"  # noqa: S105 (a name)
    """To the account's owner. ``account`` as it was typed; the user is looked up when the mail is sent."""
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    """To the account's owner. ``username``, and ``by``: ``self``, ``admin`` or ``link``."""
    EMAIL_CHANGED = "email-changed"
    """To the old address and to the new one. ``username``, ``old`` and ``new``."""
    TEST = "test"
    """To the address given at the command line."""
