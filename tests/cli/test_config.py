"""``frontdesk config`` prints the effective settings without secrets."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from app import create_app
from app.settings import Config
from tests.cli.conftest import invoke

SECRETS = {
    "database_url": "postgresql://frontdesk:hidden-1@db/frontdesk?password=hidden-2",
    "redis_url": "redis://:hidden-3@cache:6379/0",
    "secret_key": "hidden-4 with enough letters to pass",
    "admin_password": "hidden-5",
    "metrics_token": "hidden-6",
    "umami_app_secret": "hidden-7",
    "umami_redis_url": "redis://:hidden-8@cache:6379/0",
    "trusted_proxies": 1,
}


@pytest.fixture
def shown(tmp_path: Path):
    app = create_app({**SECRETS, "instance_path": str(tmp_path), "port": 8123, "force_ssl": True})
    return lambda *options: invoke(app, "config", *options)


class TestConfig:
    @pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
    def test_no_secret_is_shown(self, shown, options: tuple[str, ...]):
        done = shown(*options)

        assert done.exit_code == 0
        assert "hidden" not in done.output

    def test_json_has_every_setting(self, shown):
        settings = json.loads(shown("--json").stdout)

        assert list(settings) == [field.name for field in fields(Config)]
        assert (settings["port"], settings["force_ssl"]) == (8123, True)
        assert settings["secret_key"] == settings["admin_password"] == "********"
        assert settings["database_url"] == "postgresql+psycopg://frontdesk:***@db/frontdesk?password=%2A%2A%2A"

    def test_the_table_has_a_line_for_each(self, shown):
        lines = dict(line.split(maxsplit=1) for line in shown().stdout.splitlines() if len(line.split()) > 1)

        assert lines["port"] == "8123"
        assert lines["force_ssl"] == "true"
