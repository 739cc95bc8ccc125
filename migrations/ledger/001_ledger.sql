-- One row: which ledger this is.
CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    created_at INTEGER NOT NULL
) STRICT;

-- Texts that recur (sources, actions, offers, countries, actors), each stored once and named by its number.
CREATE TABLE term (
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- What happened, in order. Columns that folds read stand first, so that a scan need not walk over sealed bytes.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    type INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    source INTEGER NOT NULL,
    action INTEGER NOT NULL,
    offer INTEGER NOT NULL,
    country INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    id ANY NOT NULL,
    identity BLOB NOT NULL,
    digest BLOB NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    detail BLOB,
    contact BLOB,
    body BLOB
) STRICT;

-- One row: how far the ledger goes, and the tree over it. Changes with every commit, in the same transaction.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    subjects INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event cannot be changed'); END;
CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event cannot be deleted'); END;
CREATE TRIGGER term_is_not_changed BEFORE UPDATE ON term BEGIN SELECT RAISE(ABORT, 'a term cannot be changed'); END;
CREATE TRIGGER term_is_not_deleted BEFORE DELETE ON term BEGIN SELECT RAISE(ABORT, 'a term cannot be deleted'); END;
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger keeps its id'); END;
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger keeps its id'); END;
CREATE TRIGGER head_grows BEFORE UPDATE ON head WHEN new.size < old.size OR new.subjects < old.subjects
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot shrink'); END;
CREATE TRIGGER head_is_not_deleted BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the ledger cannot shrink'); END;
