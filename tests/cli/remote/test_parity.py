"""Every command prints the same, and fails in the same way, here and on another server."""

import inspect
from importlib import import_module

import click
import pytest

from app.cli import cli, services
from app.cli.examples import leaves
from app.cli.remote.limits import NOT_REMOTE
from tests.cli.conftest import invoke
from tests.cli.remote.world import IDS, KEY, normalised

MISSING = str(IDS["nothing"])
NEW_ID = "01900000-0000-7000-8000-00000000ffff"
CALLS: dict[str, list[str]] = {
    "access": ["access bob", "access ada --search sho", "access nemo", "access anonymous"],
    "apply": [
        "apply same.yaml",
        "apply new.yaml --yes",
        "apply new.yaml --yes",
        "apply new.yaml --yes --prune",
        "apply weak.yaml --yes",
        "apply missing.yaml --yes",
        "apply wrong.yaml --yes",
        "apply nothing.yaml",
        "apply - --yes --quiet < users: [{username: admin, role: admin}, {username: zoe, password: {env: SECRET}}]",
        "apply new.yaml",
    ],
    "audit export": ["audit export", "audit export --after 9", "audit export --after 999"],
    "audit list": [
        "audit list --target team",
        "audit list --target user --all",
        "audit list --page 2 --page-size 3 --action user-created",
        "audit list --actor operator --from 2020-01-01 --to 2030-01-01 --target website",
        "audit list --action nothing",
    ],
    "export": [
        "export",
        "export --format csv",
        "export --only user --only team",
        "export --only grant --format csv",
        "export --format state",
        "export --format state --secrets",
    ],
    "grants delete": [
        "grants delete bob Shop --yes",
        "grants delete bob Shop --yes",
        "grants delete nemo Shop --yes",
    ],
    "grants list": [
        "grants list --website Shop",
        "grants list --user bob",
        "grants list --user bob --search blog",
        "grants list --website Twin",
        "grants list",
    ],
    "grants set": [
        "grants set bob Shop admin",
        "grants set ada shop.example view",
        "grants set bob Blog,_=new write --capability tagmanager_write",
        "grants set bob Shop view --no-capabilities",
        "grants set bob Shop view --capability nonsense",
        "grants set admin Shop view",
        "grants set nemo Shop view",
        "grants set anonymous Shop admin",
    ],
    "import file": [
        "import rows.jsonl --dry-run",
        "import rows.jsonl --all-or-nothing",
        "import rows.jsonl --report report.csv",
        "import rows.jsonl --update",
        "import utf-16.csv --kind user",
        "import latin-1.csv --kind user",
        "import file latin-1.csv --kind user --encoding latin-1",
        "import broken.csv",
        "import nothing.csv",
        'import - --quiet < {"kind": "user", "username": "typed"}',
    ],
    "invitations create": [
        "invitations create fay --email fay@example.com --role view-only --days 3",
        "invitations create gus --website Shop view --team Blue team-manager",
        "invitations create ada",
        "invitations create eve",
        "invitations create",
        "invitations create hal --email nonsense",
        "invitations create hal --website Shop view --website Shop view",
    ],
    "invitations list": ["invitations list", "invitations list --search ev", "invitations list --search nemo"],
    "invitations resend": ["invitations resend eve --days 2", "invitations resend nemo"],
    "invitations revoke": ["invitations revoke eve --yes", "invitations revoke eve --yes"],
    "invitations show": ["invitations show eve", f"invitations show {IDS['invitation']}", "invitations show ada"],
    "plan": [
        "plan same.yaml",
        "plan new.yaml",
        "plan new.yaml --prune --set-passwords",
        "plan wrong.yaml",
        "plan nothing.yaml",
        "plan - < users: []",
        "plan - < nonsense: 7",
        "plan --schema same.yaml",
    ],
    "sessions list": ["sessions list ada", "sessions list ada --page 2 --page-size 1", "sessions list nemo"],
    "sessions revoke": [
        f"sessions revoke ada {IDS['session']} --yes",
        f"sessions revoke ada {IDS['session']} --yes",
        "sessions revoke ada --all --yes",
        "sessions revoke bob --all --yes",
        "sessions revoke ada",
    ],
    "teams add-member": [
        "teams add-member Blue carl --role team-manager",
        "teams add-member Red ada --role team-owner",
        "teams add-member Red ada --role team-owner",
        "teams add-member Blue bob",
        "teams add-member Blue nemo",
    ],
    "teams create": [
        "teams create Green --owner ada",
        "teams create Green --owner nemo",
        "teams create \u200b --owner ada",
    ],
    "teams delete": ["teams delete Blue --yes", "teams delete Blue --yes"],
    "teams list": ["teams list", "teams list --access-code --search blu", "teams list --all", "teams list --page 9"],
    "teams list-members": ["teams list-members Blue", "teams list-members Nothing", "teams members Blue --all"],
    "teams remove-member": [
        "teams remove-member Blue bob --yes",
        "teams remove-member Blue bob --yes",
        "teams remove-member Blue ada --yes",
    ],
    "teams show": ["teams show Blue", f"teams show {IDS['red']} --access-code", "teams show Nothing"],
    "teams update": [
        "teams update Blue --name Navy",
        "teams update Navy --new-access-code",
        "teams update Navy",
    ],
    "teams update-member": [
        "teams update-member Blue bob team-manager",
        "teams update-member Blue ada team-member",
        "teams update-member Blue carl team-member",
        "teams set-member-role Blue bob team-owner",
    ],
    "users create": [
        f"users create fay --email fay@example.com --display-name Fay --id {NEW_ID} --generate",
        f"users create gus --id {NEW_ID} --generate",
        "users create robot --service",
        "users create boss --role admin --generate",
        "users create ADA --generate",
        "users create Ada@Example.com --generate",
        "users create hal --email nonsense --generate",
        "users create hal --email ada@example.com --generate",
        f"users create {'x' * 256} --generate",
        "users create hal --password-stdin < correct horse battery",
        "users create ivy --password-stdin < short",
        "users create ivy --password-stdin < password",
        "users create ivy",
    ],
    "users delete": [
        "users delete ada --transfer-to bob --yes",
        "users delete ada --yes",
        "users delete bob --transfer-to bob --yes",
        "users delete carl",
    ],
    "users disable": ["users disable ada --yes", "users disable ada --yes", "users disable nemo --yes"],
    "users enable": ["users enable carl", "users enable carl"],
    "users inactive": ["users inactive --days 30", "users inactive --days 30 --page 2 --page-size 1", "users inactive"],
    "users list": [
        "users list",
        "users list --page 2 --page-size 2",
        "users list --all",
        "users list --search ad",
        "users list --deleted",
        "users list --quiet",
    ],
    "users reset-2fa": ["users reset-2fa ada --yes", "users reset-2fa nemo --yes"],
    "users reset-link": [
        "users reset-link ada",
        "users reset-link admin",
        "users reset-link eve",
        "users reset-link carl",
    ],
    "users restore": ["users restore gone", "users restore gone", "users restore ada"],
    "users set-display-name": ["users set-display-name ada Countess"],
    "users set-email": ["users set-email ada new@example.com", "users set-email ada bob", "users set-email ada "],
    "users set-password": [
        "users set-password ada --generate",
        "users set-password ada --password-stdin < short",
        "users set-password eve --generate",
    ],
    "users set-role": ["users set-role ada view-only", "users set-role admin user"],
    "users set-username": ["users set-username ada countess", "users set-username bob countess"],
    "users show": [
        "users show ada",
        "users show ADA@example.com",
        f"users show {IDS['bob']}",
        "users show Ada_L.",
        "users show nemo",
        "users show carl",
    ],
    "users update": [
        "users update ada --username countess --email  --display-name Countess --role view-only --must-change-password",
        "users update admin --role user",
        "users update bob --email admin@example.com",
        "users update bob",
    ],
    "webhooks create": [
        "webhooks create https://example.com/more --event users --event grants",
        "webhooks create http://example.com/",
        "webhooks create https://example.com/ --event nonsense",
    ],
    "webhooks delete": [f"webhooks delete {IDS['webhook']} --yes", f"webhooks delete {IDS['webhook']} --yes"],
    "webhooks deliveries": [f"webhooks deliveries {IDS['webhook']}", f"webhooks deliveries {MISSING}"],
    "webhooks list": ["webhooks list"],
    "webhooks redeliver": [
        f"webhooks redeliver {IDS['webhook']} {IDS['delivery']}",
        f"webhooks redeliver {IDS['webhook']} {MISSING}",
    ],
    "webhooks rotate-secret": [f"webhooks rotate-secret {IDS['webhook']}", f"webhooks rotate-secret {MISSING}"],
    "webhooks test": [f"webhooks test {MISSING}"],
    "webhooks update": [
        f"webhooks update {IDS['webhook']} --disable",
        f"webhooks update {IDS['webhook']} --enable --event teams",
        f"webhooks update {MISSING} --enable",
        f"webhooks update {IDS['webhook']}",
    ],
    "websites create": [
        "websites create Site site.example --owner ada",
        f"websites create Site site.example --team Blue --id {NEW_ID}",
        f"websites create Site site.example --owner ada --id {NEW_ID}",
        "websites create Site site.example --owner nemo",
        "websites create Site site.example",
    ],
    "websites delete": ["websites delete Shop --yes", "websites delete Shop --yes", "websites delete Twin --yes"],
    "websites list": [
        "websites list",
        "websites list --all",
        "websites list --user ada",
        "websites list --team Blue --search blog",
        "websites list --user ada --team Blue",
    ],
    "websites show": [
        "websites show shop.example",
        f"websites show {IDS['blog']}",
        "websites show Twin",
        "websites show x",
    ],
    "websites update": ["websites update Shop --name Store --domain store.example", "websites update Store --name "],
}
"""
Calls of each command, one after the other. In arguments, ``_`` stands for a space, and what follows ``<`` is the
standard input.
"""
SAME = """\
users:
  - {username: admin, role: admin}
  - {username: ada, role: user}
"""
NEW = """\
users:
  - {username: admin, role: admin}
  - {username: ada, role: user, displayName: Countess}
  - {username: bob, role: view-only, password: {env: SECRET}}
  - {username: zoe, email: zoe@example.com, password: {file: zoe.txt}}
teams:
  - name: Blue
    members: {ada: team-owner, zoe: team-manager}
websites:
  - {name: Site, domain: site.example, team: Blue}
grants:
  - {user: zoe, website: shop.example, role: view}
"""
ROWS = """\
{"kind": "user", "username": "zoe", "role": "user", "email": "zoe@example.com"}
{"kind": "user", "username": "ada", "email": "new@example.com"}
{"kind": "user", "username": "=yan", "role": "boss"}
nonsense
{"kind": "team", "name": "Green", "owner": "zoe"}
{"kind": "website", "name": "Site", "domain": "site.example", "user": "zoe"}
{"kind": "grant", "user": "zoe", "website": "Shop", "role": "view"}
"""
FILES: dict[str, str | bytes] = {
    "rows.jsonl": ROWS,
    "utf-16.csv": "username;display_name\r\nzoë;Zoë\r\n".encode("utf-16"),
    "latin-1.csv": "username,display_name\nxi,Xí\n".encode("latin-1"),
    "broken.csv": "username,colour\nzoe,blue\n",
    "same.yaml": SAME,
    "new.yaml": NEW,
    "weak.yaml": SAME + "  - {username: yan, password: {file: weak.txt}}\n",
    "missing.yaml": SAME + "  - {username: yan, password: {env: NOTHING}}\n",
    "wrong.yaml": SAME + "  - {usrname: yan}\n  - {username: xi, role: boss}\n",
    "zoe.txt": "correct horse battery\n",
    "weak.txt": "short\n",
}
"""Files in the folder where the commands run."""
ONLY_HERE = {"config"}
"""Commands that are about the place where they run, and show there which server is chosen."""


def all_commands(command: click.Command, path: str = "") -> set[str]:
    """Return the names of all commands, also of those that are not listed."""
    if isinstance(command, click.Group):
        return set().union(*(all_commands(child, f"{path} {name}".strip()) for name, child in command.commands.items()))
    return {path}


def test_every_command_is_compared_or_says_that_it_works_only_on_the_server():
    assert {name for name, _ in leaves(cli)} <= all_commands(cli)
    assert {*CALLS} | {*NOT_REMOTE} | ONLY_HERE == all_commands(cli)
    assert not {*CALLS} & {*NOT_REMOTE}


def test_every_function_for_servers_takes_what_the_service_takes():
    pairs = [service for service in vars(services).values() if isinstance(service, services.Service)]
    known = {}
    for pair in pairs:
        for name, function in functions_of(pair.here).items():
            known.setdefault(pair.there, {})[name] = parameters_of(function)

    unknown = {
        f"{there}.{name}": parameters_of(function) - taken.get(name, set())
        for there, taken in known.items()
        if not there.endswith(".None")
        for name, function in functions_of(there).items()
        if parameters_of(function) - taken.get(name, set())
    }

    assert len(pairs) > 15
    assert unknown == {}


def functions_of(module):
    """Return the public functions that a module defines."""
    found = vars(import_module(module))
    return {
        name: value
        for name, value in found.items()
        if inspect.isfunction(value) and not name.startswith("_") and inspect.unwrap(value).__module__ == module
    }


def parameters_of(function):
    """Return the names of the parameters after the actor, without those that take any."""
    _, *others = inspect.signature(inspect.unwrap(function)).parameters.values()
    return {one.name.lstrip("_") for one in others if one.kind is not one.VAR_KEYWORD}


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("command", CALLS)
def test_it_prints_the_same_from_anywhere(world, server_url, monkeypatch, tmp_path, command, form):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET", "correct horse battery")
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    here = outcomes(world(), command, form)
    world()

    monkeypatch.setenv("FRONTDESK_SERVER", server_url)
    monkeypatch.setenv("FRONTDESK_API_KEY", KEY)
    there = outcomes(None, command, form)

    assert [pair for pair in zip(here, there, strict=True) if pair[0] != pair[1]] == []


def outcomes(app, command, form):
    """Return how each call of a command ends: exit code, output, and errors."""
    found = []
    for call in CALLS[command]:
        line, _, typed = call.partition(" < ")
        arguments = [part.replace("_", " ") if part[:1].isupper() else part for part in line.split(" ")]
        options = [] if command in ("audit export", "export") else [f"--output={form}"]
        done = invoke(app, *arguments, *options, stdin=typed or None)
        found.append((call, done.exit_code, normalised(done.stdout), normalised(done.stderr)))
    return found
