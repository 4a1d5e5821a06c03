"""
Triggers that complete and tidy the rows that Umami writes.

Umami knows nothing of our columns, and changes rows in an order of its own. So a trigger never rejects what Umami does;
it fills in what is missing. Rows that Frontdesk writes are complete already, and the triggers leave them as they are.

Columns that Umami adds or renames in later releases are read by name from the row as JSON, so that its migrations can
run at any time: a trigger that named such a column would fail as soon as the column changed.
"""

from collections.abc import Container
from dataclasses import dataclass

OLDEST_ADMIN = """(
    SELECT user_id FROM "user" WHERE role = 'admin' AND deleted_at IS NULL AND user_id IS DISTINCT FROM {but}
    ORDER BY created_at, user_id LIMIT 1
)"""
ADMIN = OLDEST_ADMIN.format(but="NULL")
"""The administrator who gets what has no owner."""
HEIR = f"""COALESCE(
    (SELECT c.user_id FROM "user" c WHERE c.user_id = {{}} AND c.deleted_at IS NULL), {ADMIN}
)"""
"""The user who gets a website without an owner, given its ``created_by``."""
SUCCESSOR = """(
    SELECT m.team_user_id FROM team_user m JOIN "user" u ON u.user_id = m.user_id
    WHERE m.team_id = {} AND u.deleted_at IS NULL
    ORDER BY (m.role = 'team-manager') DESC, m.created_at, m.team_user_id LIMIT 1
)"""
"""The membership that becomes the owner's in a team without one, given the team's id."""
FOLDED = (("user", "display_name"), ("team", "name"), ("website", "name"))
MIRRORED = {
    "user": ("second_factor_required", ("two_factor_required",)),
    "team": ("second_factor_required", ("two_factor_required",)),
    "website": ("recording_enabled", ("recorder_enabled", "replay_enabled")),
}
"""For each table our column, and the columns for the same in releases of Umami, the newest first."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger, and the function that it calls."""

    name: str
    table: str
    when: str
    """``BEFORE INSERT``, …; the condition, if there is one, stands in brackets after ``WHEN``."""
    function: str = ""
    """By default, the function has the name of the trigger."""
    deferred: bool = False
    """Whether it runs at the commit."""

    @property
    def created(self) -> str:
        """The statement that creates it."""
        event, _, condition = self.when.partition(" WHEN ")
        kind = "CONSTRAINT TRIGGER" if self.deferred else "TRIGGER"
        deferred = "DEFERRABLE INITIALLY DEFERRED " if self.deferred else ""
        where = f"WHEN {condition} " if condition else ""
        return (
            f'CREATE {kind} {self.name} {event} ON "{self.table}" {deferred}FOR EACH ROW {where}'
            f"EXECUTE FUNCTION {self.function or self.name}()"
        )

    @property
    def dropped(self) -> str:
        """The statement that drops it, if it exists."""
        return f'DROP TRIGGER IF EXISTS {self.name} ON "{self.table}"'


def _mirroring(table: str) -> str:
    """
    Keep our column and Umami's for the same equal: a change of one changes the other.

    If they differ and neither has just changed, one of them was only just added, so the other one counts.
    """
    ours, theirs = MIRRORED[table]
    new = ", ".join(f"to_jsonb(NEW)->>'{name}'" for name in theirs)
    old = ", ".join(f"to_jsonb(OLD)->>'{name}'" for name in theirs)
    both = ", ".join(f"'{name}', NEW.{ours}" for name in theirs)
    return f"""
        theirs := COALESCE({new})::boolean;
        IF theirs <> NEW.{ours} THEN
            IF TG_OP = 'INSERT' THEN
                NEW.{ours} := true;
            ELSIF theirs <> COALESCE({old})::boolean THEN
                NEW.{ours} := theirs;
            ELSIF NEW.{ours} = OLD.{ours} THEN
                NEW.{ours} := true;
            END IF;
            NEW := jsonb_populate_record(NEW, jsonb_build_object({both}));
        END IF;"""


_DECLARED = "DECLARE theirs boolean;"
BODIES = {
    "umami_user": f"""
        {_DECLARED}
        BEGIN
        IF (TG_OP = 'INSERT' AND NEW.username_key IS NULL) OR (
            TG_OP = 'UPDATE' AND (NEW.username, NEW.deleted_at) IS DISTINCT FROM (OLD.username, OLD.deleted_at)
            AND NEW.username_key IS NOT DISTINCT FROM OLD.username_key
        ) THEN
            NEW.username_key := CASE WHEN NEW.deleted_at IS NULL THEN umami_fold(NEW.username) END;
        END IF;
        {_mirroring("user")}
        RETURN NEW;
        END""",
    "umami_user_deleted": f"""
        BEGIN
        UPDATE website SET user_id = {OLDEST_ADMIN.format(but="OLD.user_id")} WHERE user_id = OLD.user_id;
        RETURN OLD;
        END""",
    "umami_team": f"{_DECLARED} BEGIN {_mirroring('team')} RETURN NEW; END",
    "umami_team_deleted": """
        BEGIN
        UPDATE website SET team_id = NULL WHERE team_id = OLD.team_id;
        RETURN OLD;
        END""",
    "umami_owner": f"""
        DECLARE heir uuid;
        BEGIN
        IF current_setting('frontdesk.repairing', true) = 'on' THEN
            RETURN NULL;
        END IF;
        -- As Frontdesk does, so that the two take turns.
        PERFORM 1 FROM team WHERE team_id = OLD.team_id AND deleted_at IS NULL FOR UPDATE;
        IF NOT FOUND OR EXISTS (SELECT 1 FROM team_user WHERE team_id = OLD.team_id AND role = 'team-owner') THEN
            RETURN NULL;
        END IF;
        heir := {SUCCESSOR.format("OLD.team_id")};
        IF heir IS NOT NULL THEN
            UPDATE team_user SET role = 'team-owner', updated_at = now() WHERE team_user_id = heir;
        ELSE
            INSERT INTO team_user (team_user_id, team_id, user_id, role, created_at)
            SELECT gen_random_uuid(), OLD.team_id, admin, 'team-owner', now()
            FROM {ADMIN} AS oldest(admin);
        END IF;
        RETURN NULL;
        END""",
    "umami_website": f"""
        {_DECLARED}
        BEGIN
        IF NEW.user_id IS NULL AND NEW.team_id IS NULL THEN
            NEW.user_id := {HEIR.format("NEW.created_by")};
        END IF;
        {_mirroring("website")}
        RETURN NEW;
        END""",
    "umami_website_number": """
        BEGIN
        -- Not only ON CONFLICT, which would waste a number for each website that Frontdesk has numbered already.
        INSERT INTO website_number (website_id) SELECT website_id FROM website w WHERE website_id = NEW.website_id
        AND NOT EXISTS (SELECT 1 FROM website_number n WHERE n.website_id = w.website_id)
        ON CONFLICT (website_id) DO NOTHING;
        RETURN NULL;
        END""",
    "umami_share": """
        BEGIN
        NEW.website_id := CASE WHEN NEW.share_type = 1 THEN NEW.entity_id END;
        RETURN NEW;
        END""",
    **{
        f"fold_{column}": f"BEGIN NEW.{column}_key := umami_sort_key(NEW.{column}); RETURN NEW; END"
        for _, column in FOLDED
    },
}
"""The bodies of the functions."""

TRIGGERS = [
    *(
        trigger
        for table, column in FOLDED
        for trigger in (
            Trigger(
                "fold_insert",
                table,
                f"BEFORE INSERT WHEN (NEW.{column}_key IS NULL AND NEW.{column} IS NOT NULL)",
                f"fold_{column}",
            ),
            Trigger(
                "fold_update",
                table,
                f"BEFORE UPDATE OF {column} WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}"
                f" AND NEW.{column}_key IS NOT DISTINCT FROM OLD.{column}_key)",
                f"fold_{column}",
            ),
        )
    ),
    Trigger("umami_user", "user", "BEFORE INSERT OR UPDATE"),
    Trigger("umami_user_deleted", "user", "BEFORE DELETE"),
    Trigger("umami_team", "team", "BEFORE INSERT OR UPDATE"),
    Trigger("umami_team_deleted", "team", "BEFORE DELETE"),
    Trigger("umami_owner", "team_user", "AFTER UPDATE OR DELETE WHEN (OLD.role = 'team-owner')", deferred=True),
    Trigger("umami_website", "website", "BEFORE INSERT OR UPDATE"),
    Trigger("umami_website_number", "website", "AFTER INSERT", deferred=True),
    Trigger("umami_share", "share", "BEFORE INSERT OR UPDATE OF entity_id, share_type"),
]

KEYS = {
    "umami_api_key": """
        BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM user_api_key WHERE key_hash = OLD.key_hash;
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO user_api_key (user_api_key_id, user_id, name, key_hash, key_prefix, created_at, last_used_at)
            VALUES (NEW.api_key_id, NEW.user_id, NEW.name, NEW.key_hash, NEW.key_prefix,
                COALESCE(NEW.created_at, now()), NEW.last_used_at)
            ON CONFLICT DO NOTHING;
        ELSE
            UPDATE user_api_key SET last_used_at = GREATEST(last_used_at, NEW.last_used_at)
            WHERE key_hash = NEW.key_hash AND last_used_at IS DISTINCT FROM NEW.last_used_at;
        END IF;
        RETURN NULL;
        END""",
    "umami_api_key_ended": """
        BEGIN
        DELETE FROM api_key WHERE key_hash = OLD.key_hash;
        RETURN NULL;
        END""",
}
"""Bodies for the table ``api_key`` of Umami 3.4: its keys are ours, too, and end in both tables."""
KEY_TRIGGERS = [
    Trigger("umami_api_key", "api_key", "AFTER INSERT OR UPDATE OR DELETE"),
    Trigger("umami_api_key_ended", "user_api_key", "AFTER DELETE"),
]
COPY_KEYS = """
    INSERT INTO user_api_key (user_api_key_id, user_id, name, key_hash, key_prefix, created_at, last_used_at)
    SELECT api_key_id, user_id, name, key_hash, key_prefix, COALESCE(created_at, now()), last_used_at FROM api_key
    ON CONFLICT DO NOTHING"""

FACTORS = {
    "umami_second_factor": """
        BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM second_factor WHERE user_id = OLD.user_id AND sealed_secret = 'umami:' || OLD.secret;
        ELSE
            INSERT INTO second_factor (user_id, sealed_secret, created_at, enabled_at)
            SELECT NEW.user_id, 'umami:' || NEW.secret, NEW.created_at,
                CASE WHEN NEW.is_enabled THEN NEW.updated_at END
            FROM "user" WHERE user_id = NEW.user_id
            ON CONFLICT (user_id) DO UPDATE
            SET sealed_secret = excluded.sealed_secret, enabled_at = excluded.enabled_at
            WHERE second_factor.enabled_at IS NULL OR second_factor.sealed_secret LIKE 'umami:%';
        END IF;
        RETURN NULL;
        END""",
    "umami_second_factor_ended": """
        BEGIN
        DELETE FROM two_factor_auth WHERE user_id = OLD.user_id;
        DELETE FROM two_factor_backup_code WHERE user_id = OLD.user_id;
        RETURN NULL;
        END""",
    "umami_backup_code": """
        BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM backup_code WHERE user_id = OLD.user_id AND code_hash = OLD.code_hash;
        ELSE
            INSERT INTO backup_code (backup_code_id, user_id, code_hash, created_at, used_at)
            SELECT gen_random_uuid(), NEW.user_id, NEW.code_hash, NEW.created_at, CASE WHEN NEW.used THEN now() END
            FROM "user" WHERE user_id = NEW.user_id
            ON CONFLICT (user_id, code_hash) DO UPDATE SET used_at = COALESCE(backup_code.used_at, excluded.used_at);
        END IF;
        RETURN NULL;
        END""",
    "umami_setting": """
        BEGIN
        INSERT INTO server_setting (name, value) VALUES ('second-factor-required', NEW.value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE server_setting.value <> excluded.value;
        RETURN NULL;
        END""",
    "umami_server_setting": """
        BEGIN
        INSERT INTO app_setting (key, value) VALUES ('twoFactorRequiredGlobal', NEW.value)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE app_setting.value <> excluded.value;
        RETURN NULL;
        END""",
    "umami_backup_code_used": """
        BEGIN
        UPDATE two_factor_backup_code SET used = true
        WHERE user_id = NEW.user_id AND code_hash = NEW.code_hash AND NOT used;
        RETURN NULL;
        END""",
}
"""
Bodies for the second factors of Umami 3.3. Secrets stay encrypted with Umami's key, and are marked so; see
``app.security.sealing``.
"""
FACTOR_TRIGGERS = [
    Trigger("umami_second_factor", "two_factor_auth", "AFTER INSERT OR UPDATE OR DELETE"),
    Trigger("umami_second_factor_ended", "second_factor", "AFTER DELETE"),
    Trigger("umami_backup_code", "two_factor_backup_code", "AFTER INSERT OR UPDATE OR DELETE"),
    Trigger("umami_setting", "app_setting", "AFTER INSERT OR UPDATE WHEN (NEW.key = 'twoFactorRequiredGlobal')"),
    Trigger(
        "umami_server_setting", "server_setting", "AFTER INSERT OR UPDATE WHEN (NEW.name = 'second-factor-required')"
    ),
    Trigger(
        "umami_backup_code_used",
        "backup_code",
        "AFTER UPDATE OF used_at WHEN (OLD.used_at IS NULL AND NEW.used_at IS NOT NULL)",
    ),
]
COPY_FACTORS = """
    INSERT INTO second_factor (user_id, sealed_secret, created_at, enabled_at)
    SELECT f.user_id, 'umami:' || f.secret, f.created_at, CASE WHEN f.is_enabled THEN f.updated_at END
    FROM two_factor_auth f JOIN "user" u ON u.user_id = f.user_id
    ON CONFLICT DO NOTHING"""
COPY_CODES = """
    INSERT INTO backup_code (backup_code_id, user_id, code_hash, created_at, used_at)
    SELECT gen_random_uuid(), c.user_id, c.code_hash, c.created_at, CASE WHEN c.used THEN now() END
    FROM two_factor_backup_code c JOIN second_factor f ON f.user_id = c.user_id AND f.sealed_secret LIKE 'umami:%'
    ON CONFLICT DO NOTHING"""
COPY_SETTING = """
    INSERT INTO server_setting (name, value)
    SELECT 'second-factor-required', value FROM app_setting WHERE key = 'twoFactorRequiredGlobal'
    ON CONFLICT DO NOTHING"""


def needed(tables: Container[str]) -> tuple[dict[str, str], list[Trigger]]:
    """Return the bodies of functions, and the triggers, for a database with these tables of Umami's."""
    bodies, made = dict(BODIES), list(TRIGGERS)
    if "api_key" in tables:
        bodies, made = bodies | KEYS, made + KEY_TRIGGERS
    if "two_factor_auth" in tables:
        bodies, made = bodies | FACTORS, made + FACTOR_TRIGGERS
    return bodies, made


def copies(tables: Container[str]) -> list[str]:
    """Return the statements that copy what Umami's own pages wrote into tables that we have, too."""
    keys = [COPY_KEYS] if "api_key" in tables else []
    factors = [COPY_FACTORS, COPY_CODES, COPY_SETTING] if "two_factor_auth" in tables else []
    return keys + factors


def everything() -> tuple[dict[str, str], list[Trigger]]:
    """Return the bodies of all functions, and all triggers, for any release."""
    return BODIES | KEYS | FACTORS, TRIGGERS + KEY_TRIGGERS + FACTOR_TRIGGERS
