"""
Readable names for the time zones of websites: the country and, if it has several zones, the city.

Countries, cities and zones come from the IANA database in the package ``tzdata``.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

UTC = "UTC"
OFFSETS = sorted({half / 2 for half in range(-24, 29)} - {13.5} | {5.75, 8.75, 12.75, 13.75})
"""Hours from UTC of the zones that are plain offsets."""
FRACTIONS = {".25": ":15", ".5": ":30", ".75": ":45"}


def name_of(timezone: str) -> str:
    """Return a name such as ``Germany - Berlin``, ``Japan`` or ``UTC+5:30``; some zones have only their identifier."""
    if timezone.startswith(UTC):
        hours, dot, fraction = timezone.partition(".")
        return hours + FRACTIONS.get(dot + fraction, dot + fraction)
    return _names().get(timezone, timezone)


@cache
def by_region() -> dict[str, dict[str, str]]:
    """Return the names of all time zones by region and identifier, sorted by name within a region."""
    found: dict[str, dict[str, str]] = {}
    for timezone, name in sorted(_names().items(), key=lambda item: (item[0].partition("/")[0], item[1])):
        found.setdefault(timezone.partition("/")[0], {})[timezone] = name
    offsets = [UTC if not hours else f"{UTC}{hours:+g}" for hours in OFFSETS]
    return found | {UTC: {offset: name_of(offset) for offset in offsets}}


@cache
def _names() -> dict[str, str]:
    countries = dict(_rows("iso3166.tab"))
    places = [(country, timezone) for country, _, timezone, *_ in _rows("zone.tab")]
    zones = Counter(country for country, _ in places)
    return {
        timezone: countries[country] if zones[country] == 1 else f"{countries[country]} - {_city(timezone)}"
        for country, timezone in places
    }


def _city(timezone: str) -> str:
    return timezone.rpartition("/")[2].replace("_", " ")


def _rows(name: str) -> Iterator[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
