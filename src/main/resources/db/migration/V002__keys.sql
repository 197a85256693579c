-- Virtual keys that are managed by API. Texts are nowhere: only their hashes. Plain PostgreSQL 14.

CREATE TABLE virtual_key (
    name         text        PRIMARY KEY,             -- never given twice: usage names its key by it
    definition   jsonb       NOT NULL,                -- as an item of keys[] in the files, without name and credentials
    team         text        GENERATED ALWAYS AS (definition ->> 'team') STORED,
    state        text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'revoked')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text        NOT NULL,                -- name of the admin token
    last_used_at timestamptz,                         -- give or take a minute
    deleted_at   timestamptz,                         -- the row stays, so that every node learns of it
    changed      bigint      NOT NULL                 -- number of the last change, not of the last use
);
CREATE INDEX virtual_key_changed ON virtual_key (changed, name);
CREATE INDEX virtual_key_team ON virtual_key (team, name);

-- What a key is known by. It has several while it is rotated. Kept when the key is gone, so that no text comes back.
CREATE TABLE key_credential (
    hash       bytea       PRIMARY KEY,               -- 32 bytes
    key        text        NOT NULL REFERENCES virtual_key (name),
    kind       text        NOT NULL CHECK (kind IN ('generated', 'chosen')), -- SHA-256 of 190 random bits, or HMAC
    until      timestamptz,                           -- refused from then on; null as long as the key lives
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX key_credential_key ON key_credential (key, created_at);
