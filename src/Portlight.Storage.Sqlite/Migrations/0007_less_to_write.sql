-- What a Put writes is pages, so it touches as few as may be (docs/decisions/0070-a-put-appends.md).

-- Nobody read the log of changes; who follows them is told, and reads all instances when it starts.
DROP TABLE log;

-- Operations by scope, as those by resource: filled with many at once, up to 'indexed_operation'.
CREATE TABLE operation_of_scope (
    scope      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (scope, created_at, seq)
) WITHOUT ROWID;

INSERT INTO operation_of_scope
SELECT scope, created_at, seq FROM operation WHERE seq <= (SELECT value FROM counter WHERE name = 'indexed_operation') ORDER BY scope, created_at, seq;
DROP INDEX operation_by_scope;

-- audit_block.lines is a blob from now on: four bytes, most significant first, of the length of the lines, and the lines as Brotli compresses them. A text is the
-- lines themselves, as before.
