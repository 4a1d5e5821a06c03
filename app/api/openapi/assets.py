"""The files of the page, read once."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
"""The types of files that are served; the licences next to them are not."""


@dataclass(frozen=True)
class Asset:
    """A file as it is served."""

    content: bytes
    mimetype: str
    etag: str


class Assets:
    """All files, and one version for them."""

    @cached_property
    def files(self) -> dict[str, Asset]:
        """The files by name."""
        return {
            path.name: Asset(content := path.read_bytes(), TYPES[path.suffix], sha256(content).hexdigest()[:32])
            for path in sorted(STATIC.iterdir())
            if path.suffix in TYPES
        }

    @cached_property
    def version(self) -> str:
        """A hash of all files."""
        together = "".join(f"{name}:{asset.etag}" for name, asset in self.files.items())
        return sha256(together.encode()).hexdigest()[:12]
