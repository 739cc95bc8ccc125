-- One row: the ledger that these keys belong to, and a value that tells whether a master key is the right one.
CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    ledger BLOB NOT NULL CHECK (length(ledger) = 16),
    key_check BLOB NOT NULL CHECK (length(key_check) = 32)
) STRICT;

-- What, together with the master key, gives a subject's key. Deleting the row forgets all that the key sealed.
CREATE TABLE subject_key (
    subject INTEGER PRIMARY KEY,
    salt BLOB NOT NULL CHECK (length(salt) = 32)
) STRICT;

-- The same for a month (months since 1970-01), which with the subject's key gives the key of raw bodies.
CREATE TABLE month_key (
    month INTEGER PRIMARY KEY,
    salt BLOB NOT NULL CHECK (length(salt) = 32)
) STRICT;
