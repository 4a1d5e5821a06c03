"""``frontdesk purge``"""

from datetime import timedelta

from app.db.session import transaction
from app.models import FailedAttempt, utcnow

KINDS = [
    "sessions",
    "access_tokens",
    "api_keys",
    "partial_logins",
    "idempotency_keys",
    "password_resets",
    "failed_attempts",
    "unconfirmed_second_factors",
    "unsent_mails",
    "webhook_deliveries",
    "used_codes",
    "invitations",
    "accounts",
]


def test_it_says_what_it_would_delete_and_what_it_deleted(app, run, printed):
    with app.app_context(), transaction() as session:
        session.add(FailedAttempt(place_key="0" * 32, expires_at=utcnow() - timedelta(days=1)))
    one = {**dict.fromkeys(KINDS, 0), "failed_attempts": 1}

    counted, again, purged, after = (
        printed("purge", "--dry-run"),
        printed("purge", "--dry-run"),
        run("purge"),
        printed("purge"),
    )

    assert counted == again == one
    assert [line.split() for line in purged.stdout.splitlines()] == [
        [name, str(number)] for name, number in one.items()
    ]
    assert after == dict.fromkeys(KINDS, 0)
