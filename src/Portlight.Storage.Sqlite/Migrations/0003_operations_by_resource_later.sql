-- An index by resource takes a page of its own for almost every operation, because operations come for one resource after the other. So it is a table that
-- is filled with many at once, in its order; 'indexed_operation' is the last seq that is in it, and whoever lists looks at the operations after that as well.

CREATE TABLE operation_of_resource (
    scope         TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    PRIMARY KEY (scope, resource_name, created_at, seq)
) WITHOUT ROWID;

INSERT INTO operation_of_resource SELECT scope, resource_name, created_at, seq FROM operation ORDER BY scope, resource_name, created_at, seq;
INSERT INTO counter (name, value) SELECT 'indexed_operation', coalesce(max(seq), 0) FROM operation;
DROP INDEX operation_by_resource;
