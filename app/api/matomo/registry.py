"""
Registration of functions as methods of the API.

    @method("UsersManager.setSuperUserAccess", access=SUPERUSER, writes=True)
    def set_super_user_access(
        user_login: str, has_super_user_access: bool, password_confirmation: str | None = None
    ) -> None:
        accounts.set_admin(current_actor(), login=user_login, ...)

The signature is the contract. Parameters are bound in their order; one without a default is required. Clients send them
in camelCase (``filter_…`` keeps its underscores; ``names`` holds the exceptions). The type hint says how the text is
converted: ``str``, ``bool``, ``int``, ``list[str]`` (an array, or a comma-separated list) or ``Value`` (unconverted),
each optionally with ``| None``. An empty text counts as missing for a required parameter, is ``""`` for text whose
default is None, and means the default otherwise. Parameters that several methods share are a ``TypedDict``:
``**site: Unpack[SiteFields]``.

Checks run in this order: missing parameters, permission, values. Services check permission before they look at values;
``access`` declares the same permission, so that it can be checked before an invalid value is reported here.

A method returns None for success, or a bool, str, int, dict or list. The generic filters apply to lists and to dicts
with integer keys; a method that pages its list itself calls ``filters.window()`` and returns a ``filters.Part``.
"""

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from app.api.matomo import parameter_types, texts
from app.api.matomo.context import current_actor
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Parameters, Value
from app.api.matomo.permissions import Access
from app.domain.errors import Invalid
from app.domain.scopes import KeyRule

P = ParamSpec("P")
R = TypeVar("R")
Convert = Callable[[str, Value], Any]

CONVERTERS: dict[Any, Convert] = {
    str: parameter_types.as_text,
    bool: parameter_types.as_bool,
    int: parameter_types.as_int,
    list[str]: parameter_types.as_list,
    Value: parameter_types.as_is,
}
REQUIRED: Any = inspect.Parameter.empty
UNDERSCORED = re.compile(r"(?<=[a-z0-9])_([a-z])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name in Python, its name in requests, its conversion and its default."""

    name: str
    sent: str
    convert: Convert
    default: Any

    def is_missing(self, given: Parameters) -> bool:
        """Return whether the parameter is required and a call does not have it."""
        return self.default is REQUIRED and given.get(self.sent, "") == ""

    def bound(self, given: Parameters) -> Any:
        """
        Return the parameter's value in a call.

        :raises ApiError: the value cannot be converted
        """
        value = given.get(self.sent)
        if value is None or value == "":
            is_text = self.convert in (parameter_types.as_text, parameter_types.as_is)
            return "" if value is not None and self.default is None and is_text else self.default
        return self.convert(self.sent, value)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the API."""

    module: str
    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    access: Access
    writes: bool
    bulk: bool
    filtered: bool
    scope: KeyRule

    def __call__(self, given: Parameters) -> Any:
        """
        Bind the parameters and call the function.

        :raises ApiError: a parameter is missing, or a value cannot be converted
        :raises Denied: the caller lacks permission
        """
        for parameter in self.parameters:
            if parameter.is_missing(given):
                raise ApiError(texts.missing(parameter.sent), 400)
        try:
            return self.function(**{parameter.name: parameter.bound(given) for parameter in self.parameters})
        except (ApiError, Invalid):
            self.access(current_actor(), given)
            raise


METHODS: dict[str, dict[str, Method]] = {}
"""All methods, by module and name."""


def method(
    name: str,
    *,
    access: Access,
    writes: bool = False,
    bulk: bool = True,
    filtered: bool = True,
    scope: KeyRule = None,
    names: Mapping[str, str] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Register a function as the method that clients call by ``name``, such as ``UsersManager.getUser``.

    :param access: the permission that the service checks
    :param writes: the method changes data and requires POST
    :param bulk: the method may be part of a bulk request
    :param filtered: the generic filters apply to the lists that the method returns
    :param scope: the scope that an API key needs; without one, the method takes no keys
    :param names: names in requests, by Python name, that are not simply its camelCase
    """
    module, _, local = name.partition(".")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = _parameters(function, names or {})
        METHODS.setdefault(module, {})[local] = Method(
            module, local, function, parameters, access, writes, bulk, filtered, scope
        )
        return function

    return decorate


def find(name: str) -> Method:
    """
    Return the method that a client names.

    :raises ApiError: there is no such method
    """
    module, dot, local = name.partition(".")
    if not dot or not module or not local or "." in local:
        raise ApiError(texts.BAD_METHOD, 400)
    if module not in METHODS:
        raise ApiError(texts.no_plugin(module), 404)
    if local not in METHODS[module]:
        raise ApiError(texts.no_method(module, local), 400)
    return METHODS[module][local]


def camel_case(name: str) -> str:
    """``user_login`` → ``userLogin``."""
    return name if name.startswith("filter_") else UNDERSCORED.sub(lambda found: found[1].upper(), name)


def _parameters(function: Callable[..., Any], names: Mapping[str, str]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name, names.get(name) or camel_case(name), _converter(hint), default)
        for name, hint, default in _declared(function)
    )


def _declared(function: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, hint and default of each parameter; those of an ``Unpack``ed dictionary are all optional."""
    hints = typing.get_type_hints(function)
    for name, declared in inspect.signature(function).parameters.items():
        if declared.kind is inspect.Parameter.VAR_KEYWORD:
            (shared,) = typing.get_args(hints[name])
            yield from ((key, hint, None) for key, hint in typing.get_type_hints(shared).items())
        else:
            yield name, hints[name], declared.default


def _converter(hint: Any) -> Convert:
    """Return the converter for a hint; ``X | None`` has that of X."""
    if hint not in CONVERTERS and typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = (part for part in (_without_none(hint),) if part in CONVERTERS)
    return CONVERTERS[hint]


def _without_none(hint: Any) -> Any:
    kept = tuple(part for part in typing.get_args(hint) if part is not types.NoneType)
    return kept[0] if len(kept) == 1 else typing.Union[kept]  # noqa: UP007 (built from a tuple)
