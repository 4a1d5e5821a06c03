"""Capabilities: named permissions on a website in addition to the role there, as in Matomo's UsersManager API."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.roles import SiteRole

ID = re.compile(r"[a-zA-Z0-9_-]{1,100}")
RESERVED = frozenset({*(role.value for role in SiteRole), "noaccess", "superuser"})
"""Names that Matomo's ``access`` parameter takes along with capabilities, so no capability can have them."""


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability. ``included_in`` holds the roles that include it automatically."""

    id: str
    name: str
    description: str
    included_in: frozenset[SiteRole]
    category: str


TAG_MANAGER = "Tag Manager"
BUILT_IN = (
    Capability(
        "tagmanager_write",
        "Write",
        "Create, change and delete containers, and the tags, triggers and variables in them.",
        frozenset({SiteRole.WRITE, SiteRole.ADMIN}),
        TAG_MANAGER,
    ),
    Capability(
        "tagmanager_publish_live_container",
        "Publish Live Container",
        "Publish a container to the live environment, where every visitor gets it.",
        frozenset({SiteRole.ADMIN}),
        TAG_MANAGER,
    ),
    Capability(
        "tagmanager_use_custom_templates",
        "Use Custom Templates",
        "Use templates that add custom HTML and JavaScript to the website.",
        frozenset({SiteRole.ADMIN}),
        TAG_MANAGER,
    ),
)
CONFIGURED = "Other"
"""Category of the capabilities that the settings add."""


class Capabilities(Mapping[str, Capability]):
    """All capabilities of this installation by id, the built-in ones first."""

    def __init__(self, known: Iterable[Capability] = BUILT_IN) -> None:
        self._known = {capability.id: capability for capability in known}

    @classmethod
    def of(cls, setting: str) -> "Capabilities":
        """
        The built-in capabilities and those in ``setting``.

        :param setting: comma-separated ``name:role+role``; without roles, no role includes the capability
        :raises ValueError: a part of the setting is not valid; the message says which one and why
        """
        known = {capability.id: capability for capability in BUILT_IN}
        for part in filter(None, (part.strip() for part in setting.split(","))):
            capability = _parsed(part)
            if capability.id in known or capability.id in RESERVED:
                raise ValueError(f"defines {capability.id!r}, a name that is already taken")
            known[capability.id] = capability
        return cls(known.values())

    def __getitem__(self, id: str) -> Capability:
        return self._known[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def included_in(self, role: SiteRole | None) -> list[str]:
        """The ids of the capabilities that a role includes, in order; an empty list for no role."""
        return [capability.id for capability in self._known.values() if role in capability.included_in]

    def ordered(self, ids: Collection[str]) -> list[str]:
        """The known ones among ``ids``, in the order of the capabilities."""
        return [known for known in self._known if known in ids]


def _parsed(part: str) -> Capability:
    before, _, after = part.partition(":")
    name, listed = before.strip(), after.strip()
    if not ID.fullmatch(name):
        raise ValueError(f"defines {name!r}, but a name must have 1 to 100 letters, digits, '_' or '-'")
    roles = [role.strip() for role in listed.split("+")] if listed else []
    for role in roles:
        if role not in set(SiteRole):
            raise ValueError(f"includes {name!r} in {role!r}, but the roles are {', '.join(SiteRole)}")
    return Capability(
        name, name, "Defined in the settings of this installation.", frozenset(map(SiteRole, roles)), CONFIGURED
    )
