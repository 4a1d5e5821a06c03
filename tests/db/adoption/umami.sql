-- The part of Umami 3.1's schema that Frontdesk shares or looks at: tables, columns, types, indexes. There are no foreign keys.
CREATE TABLE _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
    logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
);
CREATE TABLE "user" (
    user_id uuid NOT NULL, username varchar(255) NOT NULL, password varchar(60) NOT NULL, role varchar(50) NOT NULL,
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6), deleted_at timestamptz(6),
    display_name varchar(255), logo_url varchar(2183), CONSTRAINT user_pkey PRIMARY KEY (user_id)
);
CREATE UNIQUE INDEX user_username_key ON "user" (username);
CREATE TABLE team (
    team_id uuid NOT NULL, name varchar(50) NOT NULL, access_code varchar(50),
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6), deleted_at timestamptz(6),
    logo_url varchar(2183), CONSTRAINT team_pkey PRIMARY KEY (team_id)
);
CREATE UNIQUE INDEX team_access_code_key ON team (access_code);
CREATE INDEX team_access_code_idx ON team (access_code);
CREATE TABLE team_user (
    team_user_id uuid NOT NULL, team_id uuid NOT NULL, user_id uuid NOT NULL, role varchar(50) NOT NULL,
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6),
    CONSTRAINT team_user_pkey PRIMARY KEY (team_user_id)
);
CREATE INDEX team_user_team_id_idx ON team_user (team_id);
CREATE INDEX team_user_user_id_idx ON team_user (user_id);
CREATE TABLE website (
    website_id uuid NOT NULL, name varchar(100) NOT NULL, domain varchar(500), reset_at timestamptz(6), user_id uuid,
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6), deleted_at timestamptz(6),
    created_by uuid, team_id uuid, replay_enabled boolean NOT NULL DEFAULT false, replay_config jsonb,
    CONSTRAINT website_pkey PRIMARY KEY (website_id)
);
CREATE INDEX website_user_id_idx ON website (user_id);
CREATE INDEX website_team_id_idx ON website (team_id);
CREATE INDEX website_created_at_idx ON website (created_at);
CREATE INDEX website_created_by_idx ON website (created_by);
CREATE TABLE share (
    share_id uuid NOT NULL, entity_id uuid NOT NULL, name varchar(200) NOT NULL, share_type integer NOT NULL,
    slug varchar(100) NOT NULL, parameters jsonb NOT NULL, created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamptz(6), CONSTRAINT share_pkey PRIMARY KEY (share_id)
);
CREATE UNIQUE INDEX share_slug_key ON share (slug);
CREATE INDEX share_entity_id_idx ON share (entity_id);
CREATE TABLE link (
    link_id uuid PRIMARY KEY, name varchar(100) NOT NULL, url varchar(500) NOT NULL, slug varchar(100) NOT NULL UNIQUE,
    user_id uuid, team_id uuid, created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6),
    deleted_at timestamptz(6)
);
CREATE TABLE pixel (
    pixel_id uuid PRIMARY KEY, name varchar(100) NOT NULL, slug varchar(100) NOT NULL UNIQUE, user_id uuid, team_id uuid,
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP, updated_at timestamptz(6), deleted_at timestamptz(6)
);
CREATE TABLE board (
    board_id uuid PRIMARY KEY, type varchar(50) NOT NULL, name varchar(200) NOT NULL, description varchar(500) NOT NULL,
    parameters jsonb NOT NULL, user_id uuid, team_id uuid, created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamptz(6)
);
CREATE TABLE website_event (
    event_id uuid PRIMARY KEY, website_id uuid NOT NULL, session_id uuid NOT NULL, url_path varchar(500) NOT NULL,
    created_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '', '19_add_session_replay', now());
-- The administrator of every new installation; the password is "umami".
INSERT INTO "user" (user_id, username, role, password)
VALUES ('41e2b680-648e-4b09-bcd7-3e2b10c06264', 'admin', 'admin', :password);
