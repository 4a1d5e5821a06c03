"""The files that the page is made of, read once."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
"""What is served; the licences beside them are not."""


@dataclass(frozen=True)
class Asset:
    """A file, as it is answered."""

    content: bytes
    mimetype: str
    etag: str


class Assets:
    """All of them, and one version for the lot."""

    @cached_property
    def files(self) -> dict[str, Asset]:
        """By name."""
        return {
            path.name: Asset(content := path.read_bytes(), TYPES[path.suffix], sha256(content).hexdigest()[:32])
            for path in sorted(STATIC.iterdir())
            if path.suffix in TYPES
        }

    @cached_property
    def version(self) -> str:
        """Changes when any of them does."""
        together = "".join(f"{name}:{asset.etag}" for name, asset in self.files.items())
        return sha256(together.encode()).hexdigest()[:12]
