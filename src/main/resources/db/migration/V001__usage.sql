-- What was used: one row for each request, and the roll-ups that are kept with it in the same transaction.
-- Plain PostgreSQL 14. Money is in millionths, a null cost is unpriced. Times are with time zone.

CREATE TABLE usage_record (
    day               date        NOT NULL,           -- of started_at, in UTC
    id                uuid        NOT NULL,
    started_at        timestamptz NOT NULL,
    recorded_at       timestamptz NOT NULL DEFAULT now(),
    node              text        NOT NULL,
    key               text        NOT NULL,
    team              text        NOT NULL DEFAULT '',
    parent_team       text        NOT NULL DEFAULT '',
    endpoint          text        NOT NULL,
    model             text        NOT NULL,
    served_model      text        NOT NULL DEFAULT '',
    upstream_model    text        NOT NULL DEFAULT '',
    channel           text        NOT NULL DEFAULT '',
    account           text        NOT NULL DEFAULT '', -- channel/account
    stream            boolean     NOT NULL,
    input_tokens      bigint      NOT NULL,
    cached_tokens     bigint      NOT NULL,
    cache_write_tokens bigint     NOT NULL,
    output_tokens     bigint      NOT NULL,
    reasoning_tokens  bigint      NOT NULL,
    input_audio_tokens  bigint    NOT NULL,
    output_audio_tokens bigint    NOT NULL,
    images            bigint      NOT NULL,
    estimated         boolean     NOT NULL,
    attempts          int         NOT NULL,
    queue_micros      bigint      NOT NULL,
    first_byte_micros bigint,
    total_micros      bigint      NOT NULL,
    status            int         NOT NULL,
    ending            text        NOT NULL,           -- completed, failed, cut, cancelled
    error             text        NOT NULL DEFAULT '',
    client            text        NOT NULL DEFAULT '',
    client_request_id text        NOT NULL DEFAULT '',
    cost_micros       bigint,                         -- in the ledger's currency
    currency          text        NOT NULL DEFAULT '',-- of the price
    original_micros   bigint      NOT NULL DEFAULT 0, -- in that currency
    rate_micros       bigint      NOT NULL DEFAULT 0,
    price_revision    text        NOT NULL DEFAULT '',
    PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
CREATE INDEX usage_record_key ON usage_record (key, started_at, id);
CREATE INDEX usage_record_time ON usage_record (started_at, id);

-- Attempts beside the answering one that their providers may bill; the key does not pay for them.
CREATE TABLE usage_attempt (
    day             date   NOT NULL,
    id              uuid   NOT NULL,
    number          int    NOT NULL,
    channel         text   NOT NULL,
    account         text   NOT NULL,
    model           text   NOT NULL,
    upstream_model  text   NOT NULL,
    input_tokens    bigint NOT NULL,
    cached_tokens   bigint NOT NULL,
    output_tokens   bigint NOT NULL,
    estimated       boolean NOT NULL,
    cost_micros     bigint,
    currency        text   NOT NULL DEFAULT '',
    original_micros bigint NOT NULL DEFAULT 0,
    cause           text   NOT NULL,
    PRIMARY KEY (day, id, number)
) PARTITION BY RANGE (day);

-- Sums by minute, hour and day.
CREATE TABLE usage_minute (
    bucket            timestamptz NOT NULL,
    key               text   NOT NULL,
    team              text   NOT NULL,
    model             text   NOT NULL,
    account           text   NOT NULL,
    requests          bigint NOT NULL,
    failures          bigint NOT NULL,                -- not completed
    unpriced          bigint NOT NULL,
    input_tokens      bigint NOT NULL,
    cached_tokens     bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    output_tokens     bigint NOT NULL,
    reasoning_tokens  bigint NOT NULL,
    images            bigint NOT NULL,
    cost_micros       bigint NOT NULL,
    other_micros      bigint NOT NULL,                -- of other attempts, which no key pays for; on the account that was asked
    PRIMARY KEY (bucket, key, team, model, account)
) WITH (fillfactor = 70);                             -- rows are changed again and again: room for that on their own page
CREATE TABLE usage_hour (LIKE usage_minute INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE usage_day (LIKE usage_minute INCLUDING ALL) WITH (fillfactor = 70);
CREATE INDEX usage_hour_key ON usage_hour (key, bucket);
CREATE INDEX usage_day_key ON usage_day (key, bucket);
