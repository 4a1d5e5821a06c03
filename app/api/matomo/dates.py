"""Moments as clients write them: a date, a time, a word, or how far from now."""

import re
from datetime import UTC, datetime, timedelta

from app.api.matomo.errors import ApiError
from app.models import utcnow

FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
STEP = re.compile(r"([+-]?) ?(\d{1,6}) ?(minute|hour|day|week|month|year)s?", re.IGNORECASE)
UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
"""In days; nobody's token is worth the calendar."""
STAMP = re.compile(r"\d{9,10}")
HOURS = re.compile(r"\d{1,7}(\.\d{1,6})?")
HOURS_MAX = 24 * 36_500
MAX_LENGTH = 64


def parsed(text: str) -> datetime:
    """
    ``2026-05-01``, ``2026-05-01 12:30:00``, a Unix time, today, yesterday, tomorrow, now, ``+30 days`` and its like.
    All in UTC.

    :raises ApiError: none of these
    """
    try:
        found = _parsed(text.strip()) if len(text) <= MAX_LENGTH else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ApiError(
            "Date format must be: YYYY-MM-DD, or 'today' or 'yesterday' or any keyword supported by the strtotime "
            f"function (see http://php.net/strtotime for more information): '{text[:MAX_LENGTH]}'",
            400,
        )
    return found


def _parsed(text: str) -> datetime | None:
    now = utcnow()
    word = text.lower()
    if word == "now":
        return now
    if word in DAYS:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=DAYS[word])
    if STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    step = STEP.fullmatch(text)
    if step is not None:
        days = int(step[2]) * UNITS[step[3].lower()]
        return now + timedelta(days=-days if step[1] == "-" else days)
    return _by_format(text)


def _by_format(text: str) -> datetime | None:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def in_hours(text: str) -> datetime | None:
    """So many hours from now; None for none, which is for ever. :raises ApiError: no number of hours"""
    if not HOURS.fullmatch(text) or float(text) > HOURS_MAX:
        raise ApiError("The parameter 'expireHours' must be a number of hours.", 400)
    hours = float(text)
    return utcnow() + timedelta(hours=hours) if hours else None
