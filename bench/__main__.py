"""``python -m bench``: see ``--help``."""

import argparse
import os
import shlex
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import importing, large, load, machine, provisioning, report, timing
from bench.cpu import DatabaseProcesses
from bench.databases import Database, fresh_database
from bench.dialects import compare
from bench.endpoints import Endpoint, check_equal, endpoints
from bench.fill import fill
from bench.front import Front
from bench.measure import Bench, say
from bench.servers import Kit, Running, Server
from bench.world import World

STARTS = 3


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the performance of Frontdesk against two reference servers."
    )
    names = [endpoint.name for endpoint in endpoints(World())]
    parser.add_argument("--seconds", type=float, default=3, help="length of a measurement (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each measurement is repeated (default: %(default)s)"
    )
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=f"measure only this endpoint: {', '.join(names)}"
    )
    parser.add_argument("--sqlite", action="store_true", help="use SQLite, even if PostgreSQL is reachable")
    parser.add_argument("--large", action="store_true", help="measure lists and searches among 1,000,000 users")
    parser.add_argument("--front", action="store_true", help="measure the server under many connections")
    parser.add_argument(
        "--before", type=Path, metavar="CHECKOUT", help="with --front: an earlier revision to compare with"
    )
    parser.add_argument(
        "--import", dest="importing", action="store_true", help="import users beside COPY; with --large, a million too"
    )
    parser.add_argument(
        "--provisioning", action="store_true", help="1,000 operations in one call, and a plan of 10,000 resources"
    )
    parser.add_argument("--timing", action="store_true", help="compare how long refused logins and codes take")
    parser.add_argument("--write", action="store_true", help="write the results to docs/performance.md")
    chosen = parser.parse_args()
    if chosen.write and chosen.only and not chosen.large:
        parser.error("--write needs complete results and cannot be combined with --only")
    return chosen


def main() -> None:
    """Fill a temporary database, measure, and print the results."""
    chosen = options()
    load_before = os.getloadavg()[0]
    if chosen.importing:
        with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            print(importing.measure(Path(folder), large=chosen.large))
        return
    if chosen.provisioning:
        with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            print(provisioning.measure(Path(folder), rounds=chosen.rounds))
        return
    world = World(users=large.USERS) if chosen.large else World()
    with (
        tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder,
        fresh_database(Path(folder), sqlite=chosen.sqlite) as database,
    ):
        if chosen.timing:
            print(timing.measure(database, Path(folder)))
            return
        kit = _filled(database, Path(folder), world)
        measure, client = (
            (_large, "one client in Python") if chosen.large else (_front if chosen.front else _standard, load.tool())
        )
        lines = machine.described(database, load_before=load_before, client=client)
        body = measure(kit, world, chosen)
    name = ("large-" if chosen.large else "front-" if chosen.front else "") + database.kind
    section = "\n\n".join([_head(database, world, lines), body])
    print(section)
    if chosen.write:
        report.write(name, section)


def _filled(database: Database, folder: Path, world: World) -> Kit:
    Kit(database, folder).setup()
    began = time.perf_counter()
    token = fill(database, world)
    say(f"{database.kind}: {world.users:,} users filled in {time.perf_counter() - began:.0f} s")
    return Kit(database, folder, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})


def _standard(kit: Kit, world: World, chosen: argparse.Namespace) -> str:
    known = endpoints(world)
    wanted = [endpoint for endpoint in known if not chosen.only or endpoint.name in chosen.only]
    read, login = known[0], next(endpoint for endpoint in known if endpoint.name == "login")
    kinds = [kit.ours(read.plan.paths[0]), kit.bare(), kit.peer(read.plan.paths[0])]
    starts = {kind.name: [_start(kind) for _ in range(STARTS)] for kind in kinds if kind.name != "bare"}
    with ExitStack() as stack:
        servers = [stack.enter_context(kind.started()) for kind in kinds]
        _check(wanted, servers, kit)
        database = DatabaseProcesses(kit.database)
        stack.callback(database.close)
        bench = Bench(servers, database, kit.headers, chosen.seconds, chosen.rounds)
        series = [bench.series(endpoint) for endpoint in wanted]
        mixed = bench.mixed(login, read) if login in wanted else {}
        compared = [] if chosen.only else compare(bench, servers[0], world)
        results = report.Results(series, mixed, bench.memory(), starts)
    failures = sum(one.failures for one in [*series, *compared])
    if chosen.write:
        from bench import plot

        plot.draw(series, _picture(kit.database))
    parts = [
        report.cpu_table(series),
        report.speed_table(series),
        report.dialect_table(compared) if compared else "",
        report.login_table(results) if login in wanted else "",
        report.server_table(results),
        report.target_table(results) if kit.database.kind == "postgresql" else "",
        f"{failures} requests failed." if failures else "No request failed.",
        f"![CPU per request]({_picture(kit.database).name})" if chosen.write else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _check(wanted: list[Endpoint], servers: list[Server], kit: Kit) -> None:
    ours, _, peer = servers
    check_equal(wanted, ours, peer, kit.headers)
    say("Frontdesk and the peer return the same responses")


def _start(kind: Running) -> float:
    with kind.started() as server:
        return server.first_answer


def _picture(database: Database) -> Path:
    name = "performance.svg" if database.kind == "postgresql" else f"performance-{database.kind}.svg"
    return report.FILE.with_name(name)


def _large(kit: Kit, world: World, chosen: argparse.Namespace) -> str:
    with kit.ours(large.questions(world)[0].path).started() as server:
        answers = large.ask_all(server, world, kit.headers, seconds=chosen.seconds, rounds=chosen.rounds)
    return report.large_table(answers, targets=kit.database.kind == "postgresql")


def _front(kit: Kit, world: World, chosen: argparse.Namespace) -> str:
    known = {endpoint.name: endpoint for endpoint in endpoints(world)}
    read, login = known["one-user"], known["login"]
    kinds = [kit.before(read.plan.paths[0], chosen.before)] if chosen.before else []
    with ExitStack() as stack:
        servers = [stack.enter_context(kind.started()) for kind in [*kinds, kit.ours(read.plan.paths[0])]]
        front = Front(servers, kit.headers, chosen.seconds, chosen.rounds)
        found = front.throughput(read)
        beside = report.beside_table(front.beside_halves(read), front.beside_logins(read, login))
    failures = sum(one.failures for series in found.values() for step in series for one in step)
    parts = [report.front_table(found), beside, f"{failures} requests failed." if failures else "No request failed."]
    return "\n\n".join(parts)


def _head(database: Database, world: World, lines: list[str]) -> str:
    title = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database.kind]
    sizes = f"{world.users:,} users, {world.websites:,} websites, {world.teams:,} teams of 10"
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    command = "make bench" + (f' ARGS="{shlex.join(arguments)}"' if arguments else "")
    today = datetime.now(UTC).date().isoformat()
    return "\n".join([f"## {title}: {sizes}", "", f"Measured {today} by `{command}`.", "", *(f"- {x}" for x in lines)])


if __name__ == "__main__":
    main()
