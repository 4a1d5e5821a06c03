"""The rules for new passwords, however they are set."""

from app.domain import password_rules
from app.domain.errors import CommonPassword
from app.runtime import runtime
from app.security.common_passwords import is_common


def check_new_password(password: str, *, field: str = "password") -> None:
    """
    Check a new password.

    :raises TooShort, TooLong: see ``password_rules.check_length``
    :raises PasswordHashed: it is a bcrypt hash
    :raises CommonPassword: it is one of the most common passwords
    """
    password_rules.check_length(password, field=field)
    password_rules.check_no_hash(password, field=field)
    check_not_common(password, field=field)


def check_not_common(password: str, *, field: str = "password") -> None:
    """
    Check that a new password is not one that attackers try first, unless ``password_common_check`` is off.

    :raises CommonPassword: it is one of the most common passwords
    """
    if runtime().config.password_common_check and is_common(password):
        raise CommonPassword(field)
