-- Who may change what, and who has changed what. Plain PostgreSQL 14.

-- Every change by API takes the next number, and rows keep the number of their last change.
CREATE SEQUENCE change_number AS bigint;

-- Admin tokens beside the one of the node's own file. The text is not here: 256 random bits, so a plain hash is enough.
CREATE TABLE admin_token (
    name       text        PRIMARY KEY,
    hash       bytea       NOT NULL UNIQUE,           -- SHA-256 of the text
    role       text        NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
    team       text,                                  -- whose things it may see and change; null for all
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used  timestamptz,
    changed    bigint      NOT NULL                   -- number of the last change, not of the last use
);
CREATE INDEX admin_token_changed ON admin_token (changed);

CREATE TABLE audit (
    id      bigserial   PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text        NOT NULL,
    role    text        NOT NULL,
    address text        NOT NULL,
    action  text        NOT NULL,
    kind    text        NOT NULL,
    name    text        NOT NULL,
    before  jsonb,
    after   jsonb,
    result  text        NOT NULL
);
CREATE INDEX audit_thing ON audit (kind, name, id);
CREATE INDEX audit_at ON audit (at);

-- Nobody rewrites it, the program neither. What is older than the retention goes by a delete that says so first.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('sluice.audit_retention', true) = 'on' AND OLD.at < now() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Answers to creates that came with a name, for a day.
CREATE TABLE idempotency (
    actor   text        NOT NULL,
    key     text        NOT NULL,
    request bytea       NOT NULL,                     -- SHA-256 of method, path and body
    answer  text        NOT NULL,                     -- without secrets
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
