"""``frontdesk plan`` and ``frontdesk apply``: the database as a file says."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli.failures import REFUSED, Failure
from app.cli.guard import guarded
from app.cli.output import (
    confirm,
    counted,
    done,
    is_csv,
    is_quiet,
    json_option,
    plain,
    print_json,
    show_list,
    warn,
    yes_option,
)
from app.cli.secrets import read_secret
from app.cli.services import applying, planning
from app.cli.tables import in_colour
from app.domain.actor import OPERATOR
from app.domain.errors import InvalidState, StateChanged
from app.domain.pagination import Page
from app.services.state.documents import MAX_BYTES, SCHEMA

if TYPE_CHECKING:
    from app.services.authentication.api_keys import NewKey
    from app.services.state.changes import Change, Plan

CHANGES = 2
"""Exit code of ``plan`` if there is something to change."""
STDIN = "standard input"
T = TypeVar("T")
COLUMNS = ("action", "kind", "name", "field", "old", "new")
SIGNS: dict[str, tuple[str, str]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("±", "yellow"),
    "delete": ("-", "red"),
}


class Planning(click.Command):
    """A command for which 2 means that there are changes, so all errors exit with 1."""

    def make_context(self, *given: Any, **options: Any) -> click.Context:
        """Parse the arguments."""
        return _with_code_1(lambda: super(Planning, self).make_context(*given, **options))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        return _with_code_1(lambda: super(Planning, self).invoke(ctx))


def _with_code_1(run: Callable[[], T]) -> T:
    try:
        return run()
    except click.ClickException as error:
        error.exit_code = REFUSED  # type: ignore[misc]  # click reads it from the exception
        raise


@contextmanager
def line_by_line() -> Iterator[None]:
    """Report the problems of a state file with a line each."""
    try:
        yield
    except InvalidState as error:
        raise Failure.of(error, "\n".join(map(plain, error.problems))) from error


def _print_schema(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(SCHEMA.read_text(), nl=False)
        context.exit()


def state_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument and the options that ``plan`` and ``apply`` share."""
    for option in (
        click.option(
            "--set-passwords", is_flag=True, help="Set passwords of existing users, too; ends their sessions."
        ),
        click.option("--prune", is_flag=True, help="Delete what the file does not list, in the sections that it has."),
        click.argument("file", type=click.Path(allow_dash=True, path_type=Path)),
    ):
        command = option(command)
    return command


@click.command("plan", cls=Planning)
@state_options
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of state files, for editors.",
)
@json_option
@guarded
def plan(file: Path, prune: bool, set_passwords: bool, as_json: bool) -> None:
    """
    Show what "frontdesk apply" would change.

    FILE is YAML; "-" reads standard input.

    \b
    Exit codes:
      0  nothing to change
      1  error
      2  changes
    """
    with line_by_line():
        made = planning.make_plan(OPERATOR, *_read(file), prune=prune, set_passwords=set_passwords)
    _show(made, as_json=as_json)
    if made.changes:
        click.get_current_context().exit(CHANGES)


@click.command("apply")
@state_options
@click.option("--show-keys", is_flag=True, help="Print new API keys once, if the file names no file for them.")
@yes_option
@json_option
@guarded
def apply(file: Path, prune: bool, set_passwords: bool, show_keys: bool, yes: bool, as_json: bool) -> None:
    """
    Change the database to the state in a file.

    FILE is YAML; "-" reads standard input. Only what differs is changed.
    If apply is interrupted, run it again. A second apply on the same
    database does not start while one is running.
    """
    content, name = _read(file)
    output = Output(Path() if name == STDIN else file.parent, as_json=as_json)

    def planned() -> "Plan":
        return planning.make_plan(OPERATOR, content, name, prune=prune, set_passwords=set_passwords)

    with line_by_line(), applying.exclusively(OPERATOR):
        made = planned()
        applying.prepare(OPERATOR, made, output, prints_keys=show_keys)
        if made.changes and not (as_json or is_csv()):
            _show(made, as_json=False)
        if made.changes and not yes:
            confirm(f"Make {counted(len(made.changes), 'change')}?", yes=yes)
            if planned().changes != made.changes:  # another change came before the answer
                raise StateChanged
        output.finish(made, applying.carry_out(OPERATOR, made, output))


class Output:
    """Where secrets come from, where keys go, and what is reported."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        self._folder, self._as_json = folder, as_json
        self._keys: list[dict[str, str]] = []

    def secret(self, source: Mapping[str, str]) -> str:
        """Return a password; see ``read_secret``."""
        return read_secret(source, self._folder)

    def key(self, user: str, made: "NewKey", file: str | None) -> None:
        """Write a new key to its file, or print it."""
        if file is not None:
            write_key(self._folder / file, made.key)
        elif self._as_json:
            self._keys.append({"user": user, "name": made.name, "key": made.key})
        else:
            click.echo(f"API key {plain(made.name)} of {plain(user)}: {made.key}")

    def finish(self, plan: "Plan", changes: "Iterable[Change]") -> None:
        """Make the changes, and report those that were made, even if one fails."""
        made: list[Change] = []
        try:
            made.extend(changes)  # an iterator extends a list item by item
        except BaseException:
            if self._as_json and (made or self._keys):
                self._report(plan, made, ok=False)
            warn(
                f"{len(made)} of {counted(len(plan.changes), 'change')} made. Run the command again to make the others."
            )
            raise
        self._report(plan, made, ok=True)

    def _report(self, plan: "Plan", made: "list[Change]", *, ok: bool) -> None:
        if self._as_json:
            print_json({"ok": ok, **as_data(plan, made), "keys": self._keys})
        elif is_csv():
            _show_rows(made)
        elif made:
            done(f"Done: {_counts(plan, ('created', 'changed', 'deleted'))}.")
        else:
            done("Nothing to change.")


def write_key(file: Path, key: str) -> None:
    """Write a key to a file that only its owner can read, replacing it at once; it never holds half a key."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:100]}.")  # has mode 0600
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"{key}\n")
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(file: Path) -> tuple[bytes, str]:
    """Return the content of a state file, never much more than allowed, and its name for messages."""
    if str(file) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1), STDIN
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1), str(file)


def as_data(plan: "Plan", changes: "Iterable[Change]") -> dict[str, Any]:
    """Return changes for JSON, and the numbers of what is planned."""
    return {
        "changes": [
            {
                "action": change.action,
                "kind": change.kind,
                "name": change.name,
                "fields": {name: {"old": old, "new": new} for name, (old, new) in change.fields.items()},
            }
            for change in changes
        ],
        "create": plan.count("create"),
        "update": plan.count("update", "replace"),
        "delete": plan.count("delete"),
        "unlisted": plan.kept,
    }


def _show(plan: "Plan", *, as_json: bool) -> None:
    if as_json:
        print_json(as_data(plan, plan.in_order()))
        return
    if is_csv():
        _show_rows(plan.in_order())
        return
    for line in _lines(plan.in_order(), colour=in_colour()):
        click.echo(line)
    if is_quiet():
        return
    if plan.kept:
        kept = ", ".join(counted(number, kind) for kind, number in plan.kept.items())
        click.echo(f"Not in the file, and kept without --prune: {kept}.")
    click.echo(
        f"Plan: {_counts(plan, ('to create', 'to change', 'to delete'))}." if plan.changes else "Nothing to change."
    )


def _counts(plan: "Plan", words: tuple[str, str, str]) -> str:
    numbers = plan.count("create"), plan.count("update", "replace"), plan.count("delete")
    return ", ".join(f"{number} {word}" for number, word in zip(numbers, words, strict=True))


def _lines(changes: "Iterable[Change]", *, colour: bool) -> Iterator[str]:
    for change in changes:
        sign, name = SIGNS[change.action]
        text = f"{sign} {change.kind} {plain(change.name)}"
        yield click.style(text, fg=name) if colour else text
        for field, (old, new) in change.fields.items():
            before = "" if old is None else f"{_shown(old)} → "
            yield f"    {field}: {before}{_shown(new)}"


def _shown(value: Any) -> str:
    return "none" if value is None or value == [] else plain(value)


def _show_rows(changes: "Iterable[Change]") -> None:
    rows = [
        dict(zip(COLUMNS, (change.action, change.kind, change.name, *field), strict=True))
        for change in changes
        for field in [(name, *values) for name, values in change.fields.items()] or [("", None, None)]
    ]
    show_list([Page(rows, len(rows))], COLUMNS, as_json=False)
