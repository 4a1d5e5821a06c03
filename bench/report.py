"""Results as Markdown, to print and, with ``--write``, to store in ``docs/performance.md``."""

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import Memory
from bench.dialects import Compared
from bench.front import CONNECTIONS as CONNECTIONS_BY_STEP
from bench.front import HALVES, IDLERS, LOGINS, Reads, Throughput
from bench.large import Answer
from bench.load import CONNECTIONS
from bench.measure import READS_PER_SECOND, Mixed, Series
from bench.servers import ROOT, WORKERS

FILE = ROOT / "docs" / "performance.md"
PREFACE = """# Performance

`make bench` compares Frontdesk with a bare Flask route on the same server, and with the same endpoints in FastAPI with
async SQLAlchemy on uvicorn (`bench/peers/`). The servers take turns; numbers are medians of the rounds. Compare numbers
only within a table: they differ on another machine, or on another day on a shared one.
"""
READ_TARGET_MS, LOGIN_TARGET, MEMORY_TARGET_MB, START_TARGET = 60, 0.9, 200, 1.5
PEER_TARGET = 2


@dataclass
class Results:
    """The results of one run of the standard benchmark."""

    series: Sequence[Series]
    mixed: dict[str, Mixed]
    memory: dict[str, Memory]
    starts: dict[str, list[float]]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns: the first one left, the others right."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "| " + " | ".join(f"{c:{'<' if i == 0 else '>'}{widths[i]}}" for i, c in enumerate(row)) + " |" for row in cells
    ]
    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def number(value: float | None) -> str:
    """Return a number with about three significant digits, or a dash for None."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def met(value: float, target: float, *, at_least: bool = False) -> str:
    return "yes" if (value >= target if at_least else value <= target) else "**no**"


def speed_table(series: Sequence[Series]) -> str:
    """Return the table of requests per second and response times."""
    rows = [
        [one.endpoint.title]
        + [
            number(one.middle(server, value))
            for server in ("ours", "peer", "bare")
            for value in (lambda s: s.rate, lambda s: s.load.p50, lambda s: s.load.p99)
        ]
        for one in series
    ]
    head = [f"{server} {what}" for server in ("", "peer", "bare") for what in ("requests/s", "p50 ms", "p99 ms")]
    return table(["endpoint", *map(str.strip, head)], rows)


def cpu_table(series: Sequence[Series]) -> str:
    """Return the table of CPU per request and its ratios, which a busy machine affects least."""
    rows = []
    for one in series:
        own = [sample.server_ms for sample in one.samples["ours"]]
        rows.append(
            [
                one.endpoint.title,
                f"{number(one.cpu('ours'))} ({number(min(own))} to {number(max(own))})",
                number(one.middle("ours", lambda s: s.database_ms)),
                number(one.cpu("bare")),
                number(one.cpu("peer")),
                number(one.middle("peer", lambda s: s.database_ms)),
                number(one.ratio("ours", "bare")),
                number(one.ratio("peer", "ours")),
            ]
        )
    head = ["server (least to most)", "database", "bare", "peer", "peer's database", "ours / bare", "peer / ours"]
    return table(["CPU ms per request", *head], rows)


def login_table(results: Results) -> str:
    """Return the table that compares logins with bcrypt alone, and shows reads during logins."""
    login = next((one for one in results.series if one.endpoint.name == "login"), None)
    rows = []
    if login:
        rows.append(["bcrypt alone, as many threads as cores", number(statistics.median(login.hashes)), "", "", ""])
        for name, who in (("ours", "logins alone"), ("peer", "logins alone, peer")):
            values = (lambda s: s.rate, lambda s: s.load.p50, lambda s: s.load.p99)
            share = f"{_of_bcrypt(login, name):.0%}"
            rate, p50, p99 = (number(login.middle(name, value)) for value in values)
            rows.append([who, rate, share, p50, p99])
    for name, mixed in results.mixed.items():
        who = f"{READS_PER_SECOND} reads/s beside logins" + (", peer" if name == "peer" else "")
        rows.append([who, f"{number(mixed.logins)} logins", "", number(mixed.p50), number(mixed.p99)])
    return table([f"{CONNECTIONS} clients log in", "a second", "of bcrypt", "p50 ms", "p99 ms"], rows)


def _of_bcrypt(login: Series, server: str) -> float:
    return statistics.median(
        sample.rate / hashes for sample, hashes in zip(login.samples[server], login.hashes, strict=True)
    )


def server_table(results: Results) -> str:
    """Return the table of memory and start-up times."""
    rows = [
        [
            name,
            number(memory.rss),
            number(memory.pss),
            f"{statistics.median(results.starts[name]):.2f}" if results.starts.get(name) else "-",
        ]
        for name, memory in results.memory.items()
    ]
    return table([f"{WORKERS} workers, after the run", "RSS MB", "PSS MB", "first response s"], rows)


def target_table(results: Results) -> str:
    """Return the table of targets, and whether they were met."""
    rows = []
    for one in results.series:
        if one.endpoint.most:
            bare, peer = one.ratio("ours", "bare"), one.ratio("peer", "ours")
            most = one.endpoint.most
            rows.append([f"{one.endpoint.title}: CPU / bare", f"≤ {most:g}", number(bare), met(bare, most)])
            shown = met(peer, PEER_TARGET, at_least=True)
            rows.append([f"{one.endpoint.title}: peer's CPU / ours", f"≥ {PEER_TARGET}", number(peer), shown])
        if one.endpoint.name == "login":
            share = _of_bcrypt(one, "ours")
            shown = met(share, LOGIN_TARGET, at_least=True)
            rows.append(["logins, of bcrypt alone", f"≥ {LOGIN_TARGET:.0%}", f"{share:.0%}", shown])
    if "ours" in results.mixed:
        p99 = results.mixed["ours"].p99
        rows.append(["reads beside logins, p99 ms", f"≤ {READ_TARGET_MS}", number(p99), met(p99, READ_TARGET_MS)])
    held = results.memory["ours"].pss or results.memory["ours"].rss
    rows.append(["memory of two workers, MB", f"≤ {MEMORY_TARGET_MB}", number(held), met(held, MEMORY_TARGET_MB)])
    start = statistics.median(results.starts["ours"])
    rows.append(["first response after the start, s", f"≤ {START_TARGET}", f"{start:.2f}", met(start, START_TARGET)])
    return table(["target", "is", "measured", "met"], rows)


def dialect_table(found: Sequence[Compared]) -> str:
    """Return the table that compares Matomo's API with the REST API, and whether the targets were met."""
    rows = []
    for one in found:
        costs = [statistics.median(sample.server_ms for sample in samples) for samples in (one.matomo, one.rest)]
        databases = [
            number(statistics.median(known)) if (known := [s.database_ms for s in samples if s.database_ms]) else "-"
            for samples in (one.matomo, one.rest)
        ]
        (asked, compared), (theirs, ours) = costs, databases
        shown = [number(asked), theirs, number(compared), ours, number(one.ratio), f"≤ {one.pair.most:g}"]
        rows.append([one.pair.title, *shown, met(one.ratio, one.pair.most)])
    head = ["server", "database", "REST", "REST's database", "Matomo / REST", "target", "met"]
    return table(["CPU ms per call of Matomo's", *head], rows)


def large_table(answers: Sequence[Answer], *, targets: bool) -> str:
    """Return the table of response times of one client; ``targets`` adds the targets, and whether they were met."""
    head, rows = ["one client", "p50 ms", "p99 ms"], []
    for answer in answers:
        row = [answer.question.title, number(answer.p50), number(answer.p99)]
        target = answer.question.target
        if targets:
            row += [f"≤ {target:g}", met(answer.p50, target)] if target else ["", ""]
        rows.append(row)
    return table([*head, "target of p50", "met"] if targets else head, rows)


def front_table(found: Mapping[str, Sequence[Sequence[Throughput]]]) -> str:
    """Return the table of throughput by connections, as medians of the rounds."""
    head = ["one user", *(f"{name} {what}" for name in found for what in ("requests/s", "p50 ms", "p99 ms", "CPU ms"))]
    rows = [
        [
            f"{connections} connection{'s' if connections > 1 else ''}",
            *(
                number(statistics.median(getattr(one, value) for one in series[place]))
                for series in found.values()
                for value in ("rate", "p50", "p99", "cpu")
            ),
        ]
        for place, connections in enumerate(CONNECTIONS_BY_STEP)
    ]
    return table(head, rows)


def beside_table(halves: Mapping[str, Mapping[str, Reads]], logins: Mapping[str, Reads]) -> str:
    """Return the table of reads during half requests and logins."""
    head = [f"{READS_PER_SECOND} reads/s beside", *(f"{name} {what} ms" for name in logins for what in ("p50", "p99"))]
    rows = [
        [f"{IDLERS} clients that send {title}", *(cell for name in logins for cell in _reads(halves[name][title]))]
        for title in HALVES
    ]
    rows.append([f"{LOGINS} endless logins", *(cell for found in logins.values() for cell in _reads(found))])
    return table(head, rows)


def _reads(found: Reads) -> list[str]:
    return [number(value) if value < math.inf else "refused" for value in (found.p50, found.p99)]


def write(name: str, section: str, file: Path = FILE) -> None:
    """Write a section to the file, replacing the one of the same name."""
    text = file.read_text() if file.exists() else PREFACE
    begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
    block = f"{begin}\n{section.strip()}\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = found.sub(lambda _: block, text) if found.search(text) else f"{text.rstrip()}\n\n{block}\n"
    file.write_text(text)
