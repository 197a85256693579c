CREATE TABLE thing (name text);
SELECT pg_sleep(60);
