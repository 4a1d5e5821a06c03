"""The tables of an installation of Umami 3.1: names, columns and types."""

from sqlalchemy import Connection

TABLES = {
    "_prisma_migrations": "id VARCHAR(36) PRIMARY KEY, migration_name VARCHAR(255) NOT NULL, finished_at TIMESTAMP",
    "user": "user_id UUID PRIMARY KEY, username VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(60) NOT NULL,"
    " role VARCHAR(50) NOT NULL, logo_url VARCHAR(2183), display_name VARCHAR(255), created_at TIMESTAMP,"
    " updated_at TIMESTAMP, deleted_at TIMESTAMP",
    "team": "team_id UUID PRIMARY KEY, name VARCHAR(50) NOT NULL, access_code VARCHAR(50) UNIQUE,"
    " logo_url VARCHAR(2183), created_at TIMESTAMP, updated_at TIMESTAMP, deleted_at TIMESTAMP",
    "team_user": "team_user_id UUID PRIMARY KEY, team_id UUID NOT NULL, user_id UUID NOT NULL,"
    " role VARCHAR(50) NOT NULL, created_at TIMESTAMP, updated_at TIMESTAMP",
    "website": "website_id UUID PRIMARY KEY, name VARCHAR(100) NOT NULL, domain VARCHAR(500), reset_at TIMESTAMP,"
    " user_id UUID, team_id UUID, created_by UUID, created_at TIMESTAMP, updated_at TIMESTAMP, deleted_at TIMESTAMP,"
    " replay_enabled BOOLEAN NOT NULL DEFAULT false, replay_config JSONB",
    "share": "share_id UUID PRIMARY KEY, entity_id UUID NOT NULL, name VARCHAR(200) NOT NULL,"
    " share_type INTEGER NOT NULL, slug VARCHAR(100) NOT NULL UNIQUE, parameters JSONB NOT NULL,"
    " created_at TIMESTAMP, updated_at TIMESTAMP",
    "session": "session_id UUID PRIMARY KEY, website_id UUID NOT NULL, created_at TIMESTAMP",
    "website_event": "event_id UUID PRIMARY KEY, website_id UUID NOT NULL, session_id UUID NOT NULL,"
    " created_at TIMESTAMP, url_path VARCHAR(500) NOT NULL, event_type INTEGER NOT NULL DEFAULT 1",
    "report": "report_id UUID PRIMARY KEY, user_id UUID NOT NULL, website_id UUID NOT NULL, type VARCHAR(50) NOT NULL",
}
ADMIN = "41e2b680-648e-4b09-bcd7-3e2b10c06264"


def make_tables(connection: Connection, *, but: set[str] = frozenset()) -> None:
    """Create the tables, with the administrator that Umami's seed creates."""
    for name, columns in TABLES.items():
        if name not in but:
            connection.exec_driver_sql(f'CREATE TABLE "{name}" ({columns})')
    connection.exec_driver_sql(
        f"""INSERT INTO "user" (user_id, username, password, role) VALUES ('{ADMIN}', 'admin', '{"x" * 60}', 'admin')"""
    )
