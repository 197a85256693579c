ALTER TABLE thing ADD COLUMN length int;
UPDATE thing SET length = length(name);
