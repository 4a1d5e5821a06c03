"""Where an installation keeps its files unless told otherwise."""

import os
from pathlib import Path

import pytest

from app.settings import ROOT, folders, unknown_variables
from app.settings.folders import default_folder


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The package lies where pip puts it, without a pyproject.toml beside it."""
    monkeypatch.setattr(folders, "ROOT", tmp_path / "site-packages")


def test_in_a_checkout_it_is_the_instance_folder():
    assert default_folder({}) == ROOT / "instance"


@pytest.mark.usefixtures("installed")
class TestInstalled:
    def test_it_is_the_folder_that_systemd_made(self):
        assert default_folder({"STATE_DIRECTORY": "/var/lib/frontdesk:/var/lib/other"}) == Path("/var/lib/frontdesk")

    def test_it_is_the_systems_for_root(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)

        assert default_folder({}) == Path("/var/lib/frontdesk")

    def test_it_is_the_users_for_others(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setenv("XDG_DATA_HOME", "/home/ada/data")

        assert default_folder({}) == Path("/home/ada/data/frontdesk")


class TestUnknownVariables:
    def test_they_come_with_the_setting_that_was_meant(self):
        given = {"FRONTDESK_SESION_DAYS": "3", "FRONTDESK_COLOUR": "red", "FRONTDESK_PORT": "80", "PATH": "/bin"}

        assert unknown_variables(given) == {"FRONTDESK_COLOUR": None, "FRONTDESK_SESION_DAYS": "FRONTDESK_SESSION_DAYS"}

    def test_those_that_kubernetes_sets_are_left_out(self):
        given = {
            f"{service}_{name}": value
            for service in ("FRONTDESK", "FRONTDESK_WEB")
            for name, value in {
                "SERVICE_HOST": "10.0.0.1",
                "SERVICE_PORT": "80",
                "SERVICE_PORT_HTTP": "80",
                "PORT": "tcp://10.0.0.1:80",
                "PORT_80_TCP": "tcp://10.0.0.1:80",
                "PORT_80_TCP_ADDR": "10.0.0.1",
            }.items()
        }

        assert unknown_variables(given) == {}

    def test_those_that_only_look_like_it_are_reported(self):
        given = {"FRONTDESK_PORT_NUMBER": "80", "FRONTDESK_SMTP_PORT": "25", "FRONTDESK_SERVICE_NAME": "web"}

        assert set(unknown_variables(given)) == set(given)

    def test_those_of_the_tests_are_left_out(self):
        assert unknown_variables({"FRONTDESK_SOAK_SECONDS": "600", "FRONTDESK_MATOMO_TOKEN": "secret"}) == {}
