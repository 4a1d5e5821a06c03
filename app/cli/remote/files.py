"""Files of rows, by HTTP: one request for a whole file."""

from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from app.cli.remote.calls import call
from app.domain.actor import Actor
from app.domain.text import camel_case
from app.services.files.columns import NAMES
from app.services.files.importing import FileOptions, LineRemark
from app.services.importing.report import Kind

MAX_BYTES = 64 * 1024 * 1024
"""More than any server accepts, so that a huge file is not read as a whole."""


@dataclass(frozen=True)
class Report:
    """What became of a file."""

    written: bool
    refused: int
    counts: Mapping[str, Mapping[str, int]]

    def by_kind(self) -> Mapping[str, Mapping[str, int]]:
        return self.counts


def export_rows(_: Actor, kinds: Collection[Kind], *, secrets: bool) -> Iterator[dict[str, Any]]:
    del secrets  # the command refuses them
    names = ",".join(name for name, kind in NAMES.items() if kind in kinds)
    yield from call("GET", "/api/admin/export", query={"kinds": names})["rows"]


def import_file(
    _: Actor,
    stream: BinaryIO,
    options: FileOptions,
    *,
    on_remark: Callable[[LineRemark], None],
    on_rows: Callable[[], None],
) -> Report:
    names = {kind: name for name, kind in NAMES.items()}
    given = asdict(options) | {"kind": names.get(options.kind) if options.kind else None}
    sent = {camel_case(name): value for name, value in given.items() if value is not None}
    sent["base64"] = b64encode(stream.read(MAX_BYTES)).decode()
    found = call("POST", "/api/admin/import", body=sent, repeatable=True)
    on_rows()
    for remark in found["remarks"]:
        on_remark(LineRemark(**remark))
    return Report(found["written"], found["refused"], found["counts"])
