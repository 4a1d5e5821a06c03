"""Capabilities: named extra rights on a website beside the role there (matomo-usersmanager.md, section 2.1)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.roles import SiteRole

ID = re.compile(r"[a-zA-Z0-9_-]{1,100}")
RESERVED = frozenset({*(role.value for role in SiteRole), "noaccess", "superuser"})
"""Words that stand beside capabilities on a wire, and mean something else there."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One of them. ``included_in`` are the roles that have it without further ado."""

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
        "Use templates that put HTML and JavaScript of one's own into the website.",
        frozenset({SiteRole.ADMIN}),
        TAG_MANAGER,
    ),
)
CONFIGURED = "Other"
"""Category of those that the settings add."""


class Capabilities(Mapping[str, Capability]):
    """All capabilities that this installation knows, by id, the built-in ones first."""

    def __init__(self, known: Iterable[Capability] = BUILT_IN) -> None:
        self._known = {capability.id: capability for capability in known}

    @classmethod
    def of(cls, setting: str) -> "Capabilities":
        """
        The built-in ones and those of the setting: ``name:role+role`` each, with commas; no roles: none includes it.

        :raises ValueError: a part of it cannot be used; the message says which, and why
        """
        known = {capability.id: capability for capability in BUILT_IN}
        for part in filter(None, (part.strip() for part in setting.split(","))):
            capability = _parsed(part)
            if capability.id in known or capability.id in RESERVED:
                raise ValueError(f"names {capability.id!r}, which is taken")
            known[capability.id] = capability
        return cls(known.values())

    def __getitem__(self, id: str) -> Capability:
        return self._known[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def included_in(self, role: SiteRole | None) -> list[str]:
        """What a role has without further ado, in their order; nothing for none."""
        return [capability.id for capability in self._known.values() if role in capability.included_in]

    def ordered(self, ids: Collection[str]) -> list[str]:
        """Those of ``ids`` that are known, in their order."""
        return [known for known in self._known if known in ids]


def _parsed(part: str) -> Capability:
    before, _, after = part.partition(":")
    name, listed = before.strip(), after.strip()
    if not ID.fullmatch(name):
        raise ValueError(f"names {name!r}; capabilities are made of up to 100 letters, digits, '_' and '-'")
    roles = [role.strip() for role in listed.split("+")] if listed else []
    for role in roles:
        if role not in set(SiteRole):
            raise ValueError(f"includes {name!r} in {role!r}; roles are {', '.join(SiteRole)}")
    return Capability(
        name, name, "Named in the settings of this installation.", frozenset(map(SiteRole, roles)), CONFIGURED
    )
