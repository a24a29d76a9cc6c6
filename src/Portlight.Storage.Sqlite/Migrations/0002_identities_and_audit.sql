-- Users, groups, roles and managed policies: one aggregate a row. name_key is the name in lower case, because IAM finds names whatever their case.

CREATE TABLE iam_user (
    account_id TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE iam_group (
    account_id TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE iam_role (
    account_id TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE managed_policy (
    account_id TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE access_key_use (
    access_key_id TEXT PRIMARY KEY,
    at            INTEGER NOT NULL,
    service       TEXT NOT NULL,
    region        TEXT NOT NULL
) WITHOUT ROWID;

-- Events that became durable together. lines holds them as JSON, each ended by a line feed, each with its place in the chain.
CREATE TABLE audit_block (
    first_sequence INTEGER PRIMARY KEY,
    count          INTEGER NOT NULL,
    newest_at      INTEGER NOT NULL,
    lines          TEXT NOT NULL
);

-- The last event that was forgotten: where the chain begins. One row.
CREATE TABLE audit_anchor (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    hash     TEXT NOT NULL
);

INSERT INTO audit_anchor (one, sequence, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
