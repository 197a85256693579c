-- Numbers that cannot be summed up from sums: how long first bytes took, why requests failed, what waiting and other attempts have
-- saved. One row for each that occurred, so that any stretch of them adds up. Plain PostgreSQL 14.

CREATE TABLE usage_facet_minute (
    bucket   timestamptz NOT NULL,
    team     text        NOT NULL,
    model    text        NOT NULL,
    channel  text        NOT NULL,
    facet    smallint    NOT NULL,                    -- below 1000 a class of times, from 1000 a class of errors, from 2000 what was saved
    requests bigint      NOT NULL,
    PRIMARY KEY (bucket, team, model, channel, facet)
) WITH (fillfactor = 70);
CREATE TABLE usage_facet_hour (LIKE usage_facet_minute INCLUDING ALL) WITH (fillfactor = 70);
