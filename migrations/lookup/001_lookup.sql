-- What the writer must look up before it appends. Built from the ledger; may lag behind it and is caught up.
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    ledger BLOB NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

-- The first eight bytes of an event's identity → where it stands. The event itself decides whether they are the same.
CREATE TABLE identity (
    prefix INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (prefix, seq)
) STRICT, WITHOUT ROWID;

-- The blind index: the keyed hash of a customer's match key → the subject.
CREATE TABLE match (
    hash BLOB PRIMARY KEY,
    subject INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
