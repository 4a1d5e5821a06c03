"""Answers that are JSON, but not what was asked for."""

from app.cli.failures import NOT_FRONTDESK, Failure
from app.cli.remote.target import Target

ODD = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What happens to code that reads such an answer."""


def is_about_answer(error: Exception) -> bool:
    """Return whether an error arose where answers of a server are read."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    module = "" if place is None else str(place.tb_frame.f_globals.get("__name__", ""))
    return isinstance(error, ODD) and module.startswith("app.cli.remote.")


def not_understood(target: Target) -> Failure:
    """Return the failure of a command whose server answers something else."""
    text = f"{target.url} answers, but not as Frontdesk does. Check the address, and its release."
    return Failure(text, NOT_FRONTDESK)
