"""Forms of ``DATABASE_URL`` that are accepted and rejected."""

from pathlib import Path

import pytest

from app.settings import Config, ConfigError, load, masked_url


def connected(url: str) -> str:
    """The URL that is passed to SQLAlchemy."""
    return load(environ={"DATABASE_URL": url}).sqlalchemy_url


class TestSpellings:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_postgresql_means_psycopg_3(self, scheme: str):
        assert connected(f"{scheme}://user:pass@host:5433/name?sslmode=require") == (
            "postgresql+psycopg://user:pass@host:5433/name?sslmode=require"
        )

    def test_nothing_means_sqlite_in_the_instance_folder(self, tmp_path: Path):
        config = load({"instance_path": str(tmp_path)}, environ={})

        assert config.sqlalchemy_url == f"sqlite:///{tmp_path / 'frontdesk.db'}"

    def test_a_file_of_ones_own(self):
        assert connected("sqlite:////srv/desk.db") == "sqlite:////srv/desk.db"


class TestRefusals:
    @pytest.mark.parametrize(
        ("url", "complaint"),
        [
            ("mysql://host/name", "names mysql, but only SQLite and PostgreSQL are supported"),
            (
                "postgresql+psycopg2://host/name",
                "names an unsupported driver, postgresql+psycopg2; use postgresql:// or sqlite://",
            ),
            (
                "sqlite+pysqlcipher://name",
                "names an unsupported driver, sqlite+pysqlcipher; use postgresql:// or sqlite://",
            ),
            ("nonsense", "is not a database URL (postgresql://user:password@host/name)"),
            ("postgresql://host:port/name", "is not a database URL (postgresql://user:password@host/name)"),
            ("sqlite://", "must name a file: each server process would have its own database in memory"),
            ("sqlite:///:memory:", "must name a file: each server process would have its own database in memory"),
        ],
        ids=lambda value: value.partition(":")[0] if "://" in value else "",
    )
    @pytest.mark.parametrize("name", ["DATABASE_URL", "FRONTDESK_REPLICA_URL"])
    def test_it_says_what_is_wrong(self, name: str, url: str, complaint: str):
        with pytest.raises(ConfigError) as refused:
            load(environ={name: url})

        assert str(refused.value) == f"{name} {complaint}"


class TestMasking:
    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("postgresql://user:hidden@host/name", "postgresql://user:***@host/name"),
            ("postgresql://host/name?password=hidden&a=b", "postgresql://host/name?a=b&password=%2A%2A%2A"),
            ("postgresql://host/name?sslpassword=hidden", "postgresql://host/name?sslpassword=%2A%2A%2A"),
            ("redis://:hidden@host:6379/0", "redis://:***@host:6379/0"),
            ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
            ("hidden nonsense", "********"),
        ],
    )
    def test_a_password_is_hidden_wherever_it_stands(self, url: str, shown: str):
        assert masked_url(url) == shown

    def test_the_settings_show_no_secret(self):
        config = Config(
            database_url="postgres://user:hidden@host/name",
            replica_url="postgres://user:hidden@host/name",
            redis_url="redis://:hidden@host",
            secret_key="hidden",
            admin_password="hidden",
            metrics_token="hidden",
        )

        shown = config.masked()

        assert "hidden" not in repr(shown)
        assert shown["database_url"] == "postgresql+psycopg://user:***@host/name"
        assert (shown["secret_key"], shown["admin_password"]) == ("********", "********")

    def test_a_secret_that_is_not_set_is_shown_as_that(self):
        assert Config().masked()["secret_key"] == ""
