-- One row: the ledger these views are folded from, how far they go, and which event file belongs to them.
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    ledger BLOB NOT NULL,
    seq INTEGER NOT NULL,
    leads INTEGER NOT NULL,
    event_file TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;

-- One row a subject that acted. States are numbers of eight bytes, read and written by `CustomerRow` and `LeadRow`
-- only: a column each would cost more than the fold.
CREATE TABLE customer (
    subject INTEGER PRIMARY KEY,
    state BLOB NOT NULL
) STRICT;

-- One row a lead; the key is subject × 2^32 + offer, the number its place in order of first appearance.
CREATE TABLE lead (
    key INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- Destinations in order of their making; a removed one keeps its number.
CREATE TABLE destination (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    settings BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    seq INTEGER NOT NULL,
    rest_until INTEGER
) STRICT;

-- One row for what is to be brought to one destination; the key is destination × 2^32 + lead number (or the seq of an
-- action).
CREATE TABLE delivery (
    key INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL,
    state INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    due_at INTEGER,
    reason TEXT,
    digest BLOB NOT NULL
) STRICT;

-- Only what is due stands in these, so that a million delivered leads cost nothing when work is looked for.
CREATE INDEX delivery_due ON delivery (key >> 32, due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_open ON delivery (lead, key) WHERE due_at IS NOT NULL;

-- One row an attempt, as audits show it.
CREATE TABLE attempt (
    seq INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    remote_id TEXT,
    reason TEXT,
    sha256 BLOB NOT NULL
) STRICT;

CREATE INDEX attempt_lead ON attempt (lead, seq);

-- What a worker is sending just now. Not folded from the ledger: an entry without an attempt after it is an attempt
-- that a crash interrupted.
CREATE TABLE claim (
    delivery INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
