-- Times are ticks of 100 ns since year 1, UTC. A scope is 'account/region'. Ids are 16 bytes, most significant first.

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('revision', 0), ('instance_index', 0), ('applied_revision', 0);

-- The row id is Instance.Index, so that replacing the ports of an instance touches no index.
CREATE TABLE instance (
    idx      INTEGER PRIMARY KEY,
    scope    TEXT NOT NULL,
    name     TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL
);

CREATE UNIQUE INDEX instance_by_name ON instance (scope, name);
CREATE INDEX instance_by_scope ON instance (scope, idx);

CREATE TABLE instance_address (
    address BLOB NOT NULL,
    idx     INTEGER NOT NULL,
    PRIMARY KEY (address, idx)
) WITHOUT ROWID;

-- The revision log: each change of an instance, with what it became (or was last, when removed = 1).
CREATE TABLE log (
    revision INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    scope    TEXT NOT NULL,
    removed  INTEGER NOT NULL,
    body     TEXT NOT NULL
);

CREATE TABLE static_ip (
    scope       TEXT NOT NULL,
    name        TEXT NOT NULL,
    id          BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    address     BLOB NOT NULL,
    attached_to TEXT,
    PRIMARY KEY (scope, name)
) WITHOUT ROWID;

CREATE INDEX static_ip_by_address ON static_ip (address);

CREATE TABLE key_pair (
    scope              TEXT NOT NULL,
    name               TEXT NOT NULL,
    id                 BLOB NOT NULL,
    created_at         INTEGER NOT NULL,
    public_key         TEXT NOT NULL,
    fingerprint        TEXT NOT NULL,
    sealed_private_key BLOB,
    tags               TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) WITHOUT ROWID;

CREATE TABLE operation (
    seq               INTEGER PRIMARY KEY,
    id                BLOB NOT NULL UNIQUE,
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
    awaits_revision   INTEGER
);

CREATE INDEX operation_by_scope ON operation (scope, created_at);
CREATE INDEX operation_by_resource ON operation (scope, resource_name, created_at);

CREATE TABLE account (
    id         TEXT PRIMARY KEY,
    state      INTEGER NOT NULL,
    is_owner   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE region (
    name      TEXT PRIMARY KEY,
    is_ready  INTEGER NOT NULL,
    opened_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE access_key (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL,
    user_name     TEXT,
    sealed_secret BLOB NOT NULL,
    is_active     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX access_key_by_account ON access_key (account_id, id);
