"""A value that is not to be changed."""

from enum import Enum


class Unset(Enum):
    """A value that is not to be changed, where None would remove it."""

    UNSET = "unset"


UNSET = Unset.UNSET
