-- Configuration that is managed by API. Plain PostgreSQL 14.

CREATE TABLE resource (
    kind       text        NOT NULL CHECK (kind IN ('channels', 'teams', 'models', 'prices')),
    name       text        NOT NULL,
    document   json        NOT NULL,                  -- json, not jsonb: the order of patterns counts; marks where secrets were
    sealed     jsonb       NOT NULL DEFAULT '{}',     -- each secret by the path of its field, sealed for this row
    version    bigint      NOT NULL,                  -- number of the last change of what it says
    changed    bigint      NOT NULL,                  -- number of the last change of any kind
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text        NOT NULL,
    deleted_at timestamptz,                           -- the row stays, so that every node hears of it
    PRIMARY KEY (kind, name)
);
CREATE INDEX resource_changed ON resource (changed);
