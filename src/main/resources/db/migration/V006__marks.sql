-- What a create asked for was kept as its SHA-256, against which texts that people choose could be tried.
DELETE FROM idempotency;
COMMENT ON COLUMN idempotency.request IS 'HMAC-SHA-256 of method, path and body, by the installation''s secret';
