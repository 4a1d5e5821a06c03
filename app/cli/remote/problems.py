"""The errors of a server as those that the same command would raise here."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from app.cli.failures import INVALID, KINDS, NOT_FOUND, OTHER, TOO_OLD, UNAUTHENTICATED, Failure, Kind
from app.cli.remote.target import Target
from app.domain import errors
from app.domain.text import snake_case
from app.services.remote import readable

TYPE = "urn:frontdesk:error:"
KEYS = "frontdesk keys create USER NAME --scope"
DENIED = (
    "The server does not allow this with this API key. Use the key of an administrator, with the scope admin. No key "
    "can change the password or the second factor of its owner."
)
TOO_LARGE = (
    "This is more than the server accepts at once; its setting FRONTDESK_MAX_BODY_BYTES says how much. "
    "Send less, or run the command on the server."
)
MOST_SHOWN = 2000
BY_STATUS: dict[int, Kind] = {
    400: Kind(INVALID, "invalid"),
    401: OTHER,
    403: OTHER,
    404: Kind(NOT_FOUND, "not-found"),
    409: KINDS[errors.Conflict],
    412: KINDS[errors.Conflict],
    422: KINDS[errors.Conflict],
    429: KINDS[errors.Throttled],
}


def error_for(target: Target, status: int, body: Any) -> errors.DomainError | Failure:
    """Return the error that a response is about."""
    problem = body if isinstance(body, Mapping) else {}
    kind = str(problem.get("type", ""))
    if status in (404, 405) and not kind.startswith(TYPE):
        return Failure(
            f"{target.url} does not know this request: it is not Frontdesk, or an earlier release than this. Check the "
            "address, and update the server.",
            TOO_OLD,
        )
    found = _rebuilt(kind.removeprefix(TYPE), problem.get("values")) if kind.startswith(TYPE) else None
    if isinstance(found, errors.Unauthenticated):
        text = f"{target.url} does not accept the API key: it is wrong, or has ended. On the server, for another:"
        return Failure(f"{text} {KEYS} admin", UNAUTHENTICATED)
    if isinstance(found, errors.MissingScope):
        return Failure(f"{found.message} On the server: {KEYS} {found.scope}", OTHER)
    if type(found) is errors.Denied:
        return Failure(DENIED, OTHER)
    if found is not None and not isinstance(found, errors.DatabaseUnavailable):
        return found
    if status == 500:
        request_id = readable(str(problem.get("requestId")), most=64)
        return Failure(f"{target.url} failed. Its log says why, under the request id {request_id}.", OTHER)
    if status == 413:
        return Failure(TOO_LARGE, Kind(INVALID, "invalid"))
    said = problem.get("detail") or problem.get("title") or _of_envelope(problem) or f"The server answered {status}."
    default = KINDS[errors.Unavailable] if status >= 500 else OTHER
    values = problem.get("values")
    field = values.get("field") if isinstance(values, Mapping) else None
    text = readable(str(said), most=MOST_SHOWN)
    return Failure(text, BY_STATUS.get(status, default), field=snake_case(field) if isinstance(field, str) else None)


def _of_envelope(body: Mapping[str, Any]) -> str | None:
    """Return the text of an error in Umami's form, which requests get that are refused early."""
    found = body.get("error")
    return str(found.get("message", "")) if isinstance(found, Mapping) else None


def _rebuilt(kind: str, values: Any) -> errors.DomainError | None:
    """Return an error of this kind with these values; None if this release has none, or with others."""
    wanted = _classes().get(kind)
    if wanted is None or not isinstance(values, Mapping):
        return None
    given = {snake_case(str(name)): _plain(value) for name, value in values.items()}
    if "field" in given and isinstance(given["field"], str):
        given["field"] = snake_case(given["field"])
    named = {item.name: given[item.name] for item in fields(wanted) if item.name in given}  # type: ignore[arg-type]
    try:
        made = wanted(**named)
        str(made)
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_plain, value))
    return readable(value, most=MOST_SHOWN) if isinstance(value, str) and not value.isprintable() else value


@cache
def _classes() -> dict[str, type[errors.DomainError]]:
    return {errors.kebab_case(found.__name__): found for found in _below(errors.DomainError)}


def _below(parent: type[errors.DomainError]) -> Iterator[type[errors.DomainError]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _below(child)
