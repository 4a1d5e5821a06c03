"""Dates and times as clients write them: ISO 8601, a Unix time, a keyword, or an offset from now."""

import re
from datetime import UTC, datetime, timedelta

from app.api.matomo.errors import ApiError
from app.models import utcnow

ISO_8601 = re.compile(
    r"(\d{4}-\d{2}-\d{2}|\d{8})"
    r"([T ](\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?|\d{4}(\d{2}([.,]\d{1,9})?)?)"
    r"( ?(Z|UTC|[+-]\d{2}(:?\d{2})?)| \d{2}:?\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)
"""A date with an optional time. Seconds, their fraction and the UTC offset are optional too."""
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
STEP = re.compile(r"([+-]?) ?(\d{1,6}) ?(minute|hour|day|week|month|year)s?", re.IGNORECASE)
UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
"""In days. Months and years are approximate, which is good enough for the expiry of a token."""
STAMP = re.compile(r"\d{9,10}", re.ASCII)
HOURS = re.compile(r"\d{1,7}(\.\d{1,6})?")
HOURS_MAX = 24 * 36_500
MAX_LENGTH = 64


def parsed(text: str) -> datetime:
    """
    Return the time that a text stands for, in UTC unless the text has an offset.

    The text is a date or time of ISO 8601 such as ``2026-05-01`` or ``2026-05-01T12:30:00+02:00`` (a space may replace
    the T; week and ordinal dates are not accepted), a Unix time, ``now``, ``today``, ``yesterday``, ``tomorrow``, or an
    offset such as ``+30 days``.

    :raises ApiError: the text is none of these
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
    return _iso(text) if ISO_8601.fullmatch(text) else None


def _iso(text: str) -> datetime:
    """:raises ValueError: the day or time does not exist"""
    day_and_hour, rest = text[:11].upper(), text[11:].upper().replace("UTC", "Z")
    # A plus sign that a form did not escape arrives as a space.
    rest = re.sub(" (?=[Z+-])", "", rest).replace(" ", "+")
    moment = datetime.fromisoformat(day_and_hour + rest)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def in_hours(text: str) -> datetime | None:
    """
    Return the time that many hours from now, or None for 0 hours, which means no expiry.

    :raises ApiError: the text is not a number of hours
    """
    if not HOURS.fullmatch(text) or float(text) > HOURS_MAX:
        raise ApiError("The parameter 'expireHours' must be a number of hours.", 400)
    hours = float(text)
    return utcnow() + timedelta(hours=hours) if hours else None
