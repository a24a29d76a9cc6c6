-- Machines that run an agent; an instance or operation without one is of the server's own machine.
CREATE TABLE host (
    name     TEXT PRIMARY KEY,
    token_id TEXT,
    body     TEXT NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX host_of_token ON host (token_id) WHERE token_id IS NOT NULL;

-- Up to which revision the kernel of a host has confirmed what is stored of it.
CREATE TABLE host_applied (
    host     TEXT PRIMARY KEY,
    revision INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE instance ADD COLUMN host TEXT;
CREATE INDEX instance_of_host ON instance (host, idx) WHERE host IS NOT NULL;

ALTER TABLE operation ADD COLUMN host TEXT;
CREATE INDEX operation_of_host ON operation (host, awaits_revision) WHERE host IS NOT NULL;
