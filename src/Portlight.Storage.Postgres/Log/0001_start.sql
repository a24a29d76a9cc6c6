-- One row: where the order of batches ends. Its row lock is the order itself. revision, instance_index: the last that were given out. anchor: where the audit log begins.
CREATE TABLE head (
    one             integer PRIMARY KEY CHECK (one = 1),
    format          integer NOT NULL,
    position        bigint NOT NULL,
    batch           uuid NOT NULL,
    revision        bigint NOT NULL,
    instance_index  bigint NOT NULL,
    anchor_sequence bigint NOT NULL,
    anchor_hash     text NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- What is stored, one row a thing. place: the order in which they were first written.
CREATE TABLE item (
    kind     text NOT NULL,
    key      text NOT NULL,
    place    bigint NOT NULL,
    revision bigint,
    body     text NOT NULL,
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 70);

-- The last batches, for those who follow them. id tells a batch from another that got its position after a failover.
CREATE TABLE batch (
    position        bigint PRIMARY KEY,
    id              uuid NOT NULL,
    revision        bigint NOT NULL,
    instance_index  bigint NOT NULL,
    kinds           text[] NOT NULL,
    keys            text[] NOT NULL,
    revisions       bigint[] NOT NULL,
    bodies          text[] NOT NULL,
    removals        boolean[] NOT NULL,
    anchor_sequence bigint,
    anchor_hash     text
);

-- Events that became durable together, in order; newest_at in ticks of 100 ns since year 1, lines packed as a row of SQLite has them.
CREATE TABLE audit (
    first_sequence bigint PRIMARY KEY,
    count          integer NOT NULL,
    newest_at      bigint NOT NULL,
    position       bigint NOT NULL,
    lines          bytea NOT NULL
);

ALTER TABLE audit ALTER COLUMN lines SET STORAGE EXTERNAL;

INSERT INTO head VALUES (1, 1, 0, '00000000-0000-0000-0000-000000000000', 0, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000');
