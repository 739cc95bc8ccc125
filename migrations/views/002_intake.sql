-- One row an endpoint or an API key; the key is 2^32 (endpoints) or 2^33 (API keys) + its place in order of making.
-- `allows` is the offer of an endpoint, the scope of an API key.
CREATE TABLE access (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    allows TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

-- Sources in order of their making; a removed one keeps its row. `settings` is JSON as in the ledger.
CREATE TABLE source (
    number INTEGER PRIMARY KEY,
    settings BLOB NOT NULL,
    cursor TEXT,
    pulled_at INTEGER,
    recorded INTEGER NOT NULL,
    is_removed INTEGER NOT NULL
) STRICT;

-- One row an arrival that was quarantined, and the event that released it.
CREATE TABLE quarantine (
    seq INTEGER PRIMARY KEY,
    released_by INTEGER
) STRICT;

-- One row an offer, an endpoint or a source that something came from; the key is its kind × 2^32 + number of the term
-- that names it (the offer, or the actor). The state is read and written by `HeartbeatTable` only.
CREATE TABLE heartbeat (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    state BLOB NOT NULL
) STRICT;
