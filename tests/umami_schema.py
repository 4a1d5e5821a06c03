"""The tables of Umami's database that Frontdesk knows, by release: names, columns, types and indexes."""

RELEASES = ("3.1", "3.2", "3.3", "3.4")
SEED_ADMIN = "41e2b680-648e-4b09-bcd7-3e2b10c06264"
TIMES = "created_at timestamptz(6) DEFAULT now(), updated_at timestamptz(6)"


def statements(release: str) -> list[str]:
    """Return the statements that create the tables of a release on PostgreSQL."""
    at_least = RELEASES.index(release)
    recorder = "recorder_enabled" if at_least >= 1 else "replay_enabled"
    made = [
        'CREATE TABLE "user" (user_id uuid PRIMARY KEY, username varchar(255) NOT NULL, password varchar(60) NOT NULL,'
        f" role varchar(50) NOT NULL, logo_url varchar(2183), display_name varchar(255), {TIMES},"
        " deleted_at timestamptz(6))",
        'CREATE UNIQUE INDEX user_username_key ON "user" (username)',
        "CREATE TABLE team (team_id uuid PRIMARY KEY, name varchar(50) NOT NULL, access_code varchar(50),"
        f" logo_url varchar(2183), {TIMES}, deleted_at timestamptz(6))",
        "CREATE UNIQUE INDEX team_access_code_key ON team (access_code)",
        "CREATE TABLE team_user (team_user_id uuid PRIMARY KEY, team_id uuid NOT NULL, user_id uuid NOT NULL,"
        f" role varchar(50) NOT NULL, {TIMES})",
        "CREATE INDEX team_user_team_id_idx ON team_user (team_id)",
        "CREATE INDEX team_user_user_id_idx ON team_user (user_id)",
        "CREATE TABLE website (website_id uuid PRIMARY KEY, name varchar(100) NOT NULL, domain varchar(500),"
        f" reset_at timestamptz(6), user_id uuid, team_id uuid, created_by uuid, {TIMES}, deleted_at timestamptz(6),"
        f" {recorder} boolean NOT NULL DEFAULT false, replay_config jsonb)",
        "CREATE TABLE share (share_id uuid PRIMARY KEY, entity_id uuid NOT NULL, name varchar(200) NOT NULL,"
        f" share_type integer NOT NULL, slug varchar(100) NOT NULL, parameters jsonb NOT NULL, {TIMES})",
        "CREATE UNIQUE INDEX share_slug_key ON share (slug)",
        "CREATE INDEX share_entity_id_idx ON share (entity_id)",
    ]
    if at_least >= 2:
        made += [
            'ALTER TABLE "user" ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false',
            "ALTER TABLE team ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false",
            "CREATE TABLE two_factor_auth (id text PRIMARY KEY, user_id uuid NOT NULL UNIQUE, secret text NOT NULL,"
            " is_enabled boolean NOT NULL DEFAULT false, created_at timestamptz DEFAULT now(),"
            " updated_at timestamptz NOT NULL)",
        ]
    if at_least >= 3:
        made.append(
            "CREATE TABLE api_key (api_key_id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES"
            ' "user" ON DELETE CASCADE ON UPDATE CASCADE, name varchar(255) NOT NULL,'
            " key_hash varchar(128) NOT NULL UNIQUE, key_prefix varchar(20) NOT NULL, last_used_at timestamptz,"
            " created_at timestamptz DEFAULT now())"
        )
    return made
