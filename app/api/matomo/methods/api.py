"""``API.…``: about the API itself."""

from app.api.matomo import texts
from app.api.matomo.call import current_actor
from app.api.matomo.errors import ApiError
from app.api.matomo.registry import method

VERSION = "5.2.0"
"""The Matomo whose texts and bodies these are."""


@method("API.getMatomoVersion")
def get_matomo_version() -> str:
    """The version of Matomo that clients may expect, to whoever has an account."""
    if current_actor().id is None:
        raise ApiError(texts.some("view"), 401)
    return VERSION
