CREATE TABLE half (name text);
INSERT INTO nowhere VALUES (1);
