"""What later releases of Umami change in the schema, where it concerns Frontdesk."""

SINCE = {
    "3.2": "ALTER TABLE website RENAME COLUMN replay_enabled TO recorder_enabled",
    "3.3": """
        ALTER TABLE team ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false;
        ALTER TABLE "user" ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false;
        CREATE TABLE two_factor_auth (
            id text PRIMARY KEY, user_id uuid NOT NULL UNIQUE, secret text NOT NULL,
            is_enabled boolean NOT NULL DEFAULT false, created_at timestamptz(6) NOT NULL DEFAULT now(),
            updated_at timestamptz(6) NOT NULL
        );
        CREATE TABLE two_factor_backup_code (
            id text PRIMARY KEY, user_id uuid NOT NULL, code_hash text NOT NULL, used boolean NOT NULL DEFAULT false,
            created_at timestamptz(6) NOT NULL DEFAULT now()
        );
        CREATE TABLE app_setting (key text PRIMARY KEY, value text NOT NULL);
        UPDATE "user" SET username = lower(username) WHERE deleted_at IS NULL AND username <> lower(username)
        AND NOT EXISTS (
            SELECT 1 FROM "user" other WHERE other.user_id <> "user".user_id
            AND lower(other.username) = lower("user".username)
        )""",
    "3.4": """
        CREATE TABLE api_key (
            api_key_id uuid PRIMARY KEY, name varchar(255) NOT NULL, key_hash varchar(128) NOT NULL UNIQUE,
            user_id uuid NOT NULL REFERENCES "user" (user_id) ON DELETE CASCADE ON UPDATE CASCADE,
            key_prefix varchar(20) NOT NULL, last_used_at timestamptz(6), created_at timestamptz(6) DEFAULT now()
        )""",
    "3.5": """
        ALTER TABLE website ADD COLUMN errors_enabled boolean NOT NULL DEFAULT false,
            ADD COLUMN error_retention_days integer NOT NULL DEFAULT 30;
        CREATE TABLE error_issue (issue_id uuid PRIMARY KEY, website_id uuid NOT NULL, title varchar(2200) NOT NULL)""",
}
RELEASES = ["3.1", *SINCE]
