"""The deployment files of the project."""

import re
from dataclasses import fields

from app.settings import PREFIX, Config
from tests.live import ROOT

DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "docker-compose.yml"
ENV_EXAMPLE = ROOT / "deploy" / "env.example"
UNIT = ROOT / "deploy" / "frontdesk.service"
PURGE_UNIT = ROOT / "deploy" / "frontdesk-purge.service"
SOCKET = ROOT / "deploy" / "frontdesk.socket"
OPERATING = ROOT / "docs" / "operating.md"
BESIDE_UMAMI = sorted((ROOT / "deploy" / "beside-umami").iterdir())
ALL = [
    *BESIDE_UMAMI,
    ROOT / "docs" / "beside-umami.md",
    DOCKERFILE,
    COMPOSE,
    ENV_EXAMPLE,
    UNIT,
    PURGE_UNIT,
    SOCKET,
    ROOT / "deploy" / "nginx.conf",
    OPERATING,
]
SETTINGS = {PREFIX + item.name.upper() for item in fields(Config)}


def settings_in(text: str) -> set[str]:
    """Return the names in a text that look like our settings."""
    return set(re.findall(rf"{PREFIX}[A-Z_]+", text))


def instructions(name: str) -> list[str]:
    """Return the arguments of all instructions of this name in the Dockerfile, with continued lines joined."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in text.splitlines() if line.startswith(f"{name} ")]
