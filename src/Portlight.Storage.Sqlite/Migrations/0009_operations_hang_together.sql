-- An operation names the one before it of the same resource, so that a list of them needs no index whose every page is about another resource. What is needed to
-- find one (by id, the newest of a resource, those of a scope) is filled with many at once, up to 'indexed_operation'. seq is the order in which they were written.

CREATE TABLE operation_anew (
    seq               INTEGER PRIMARY KEY,
    id                BLOB NOT NULL,
    scope             TEXT NOT NULL,
    resource_name     TEXT NOT NULL,
    resource_type     INTEGER NOT NULL,
    zone              TEXT NOT NULL,
    type              TEXT NOT NULL,
    details           TEXT,
    created_at        INTEGER NOT NULL,
    status            INTEGER NOT NULL,
    status_changed_at INTEGER NOT NULL,
    error_code        TEXT,
    error_details     TEXT,
    awaits_revision   INTEGER,
    previous          INTEGER
);

INSERT INTO operation_anew
SELECT seq, id, scope, resource_name, resource_type, zone, type, details, created_at, status, status_changed_at, error_code, error_details, awaits_revision,
    lag(seq) OVER (PARTITION BY scope, resource_name ORDER BY seq)
FROM operation ORDER BY seq;

DROP TABLE operation;
ALTER TABLE operation_anew RENAME TO operation;

CREATE TABLE operation_of_id (
    id  BLOB PRIMARY KEY,
    seq INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO operation_of_id SELECT id, seq FROM operation ORDER BY id;

DROP TABLE operation_of_scope;
CREATE TABLE operation_of_scope (
    scope TEXT NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (scope, seq)
) WITHOUT ROWID;

INSERT INTO operation_of_scope SELECT scope, seq FROM operation ORDER BY scope, seq;

DROP TABLE operation_of_resource;
CREATE TABLE operation_newest (
    scope         TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    seq           INTEGER NOT NULL,
    PRIMARY KEY (scope, resource_name)
) WITHOUT ROWID;

INSERT INTO operation_newest SELECT scope, resource_name, max(seq) FROM operation GROUP BY scope, resource_name ORDER BY scope, resource_name;
UPDATE counter SET value = (SELECT coalesce(max(seq), 0) FROM operation) WHERE name = 'indexed_operation';
