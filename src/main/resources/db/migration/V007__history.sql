-- What entries that are managed by API have said before, with their seals, so that it can be put back. Plain PostgreSQL 14.

CREATE TABLE resource_version (
    kind     text        NOT NULL,
    name     text        NOT NULL,
    version  bigint      NOT NULL,                    -- number of the change
    document json        NOT NULL,                    -- with marks where secrets were; {} of a deletion
    sealed   jsonb       NOT NULL,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    deleted  boolean     NOT NULL,
    PRIMARY KEY (kind, name, version)
);
CREATE INDEX resource_version_at ON resource_version (at);

-- By a trigger, so that a node of the version before, in the same cluster, leaves no gap. The last 50 of an entry stay.
CREATE FUNCTION resource_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resource_version (kind, name, version, document, sealed, at, actor, deleted)
        VALUES (NEW.kind, NEW.name, NEW.version, NEW.document, NEW.sealed, NEW.updated_at, NEW.updated_by, NEW.deleted_at IS NOT NULL)
        ON CONFLICT (kind, name, version) DO UPDATE SET sealed = excluded.sealed;
    DELETE FROM resource_version WHERE kind = NEW.kind AND name = NEW.name AND version < (
        SELECT min(version) FROM (SELECT version FROM resource_version WHERE kind = NEW.kind AND name = NEW.name
            ORDER BY version DESC LIMIT 50) AS newest);
    RETURN NULL;
END $$;
CREATE TRIGGER resource_kept AFTER INSERT OR UPDATE ON resource FOR EACH ROW EXECUTE FUNCTION resource_is_kept();

INSERT INTO resource_version (kind, name, version, document, sealed, at, actor, deleted)
    SELECT kind, name, version, document, sealed, updated_at, updated_by, deleted_at IS NOT NULL FROM resource;
