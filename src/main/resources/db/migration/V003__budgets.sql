-- What keys and teams have spent, and what of their budgets nodes hold. Money is in millionths of the ledger's currency.

-- Of every key and team, with a budget or without, so that a budget counts what was spent before it was set. A bucket is a
-- quarter of an hour; those that nobody needs so fine any more are put together.
CREATE TABLE spend (
    scope   text        NOT NULL,                     -- key:NAME or team:NAME
    bucket  timestamptz NOT NULL,
    micros  bigint      NOT NULL,
    PRIMARY KEY (scope, bucket)
);
CREATE INDEX spend_bucket ON spend (bucket);

-- What a run of a node was granted in all, and what of that is in spend. The difference is held.
CREATE TABLE budget_lease (
    scope      text        NOT NULL,
    run        bigint      NOT NULL,                  -- drawn at the start of a node
    node       text        NOT NULL,
    granted    bigint      NOT NULL,
    used       bigint      NOT NULL,
    renewed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, run)
);
CREATE INDEX budget_lease_node ON budget_lease (node);
