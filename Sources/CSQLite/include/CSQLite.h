#ifndef LEADLEDGER_CSQLITE_H
#define LEADLEDGER_CSQLITE_H

#include <sqlite3.h>

/// The name of the file layer that seals each page of a main database file with a checksum.
#define LEADLEDGER_CHECKSUM_VFS "leadledger-checksum"

/// Bytes that each page of a checksummed file keeps free at its end.
#define LEADLEDGER_CHECKSUM_BYTES 8

/// Registers the checksum file layer, once; later calls do nothing. Returns an SQLite result code.
int leadledger_register_checksum_vfs(void);

/// The checksum of page number `page` (1, 2, 3 ...) over all but its last LEADLEDGER_CHECKSUM_BYTES bytes.
sqlite3_uint64 leadledger_page_checksum(const unsigned char *bytes, int size, sqlite3_uint64 page);

/// Makes new pages of the open database keep LEADLEDGER_CHECKSUM_BYTES free. Only before its first page is written.
int leadledger_reserve_checksum_bytes(sqlite3 *database);

/// Whether nobody can be at work on a database here: its folder cannot be written to, and no write-ahead log with
/// content stands beside it.
int leadledger_is_still(const char *path);

/// Refuses "text" in double quotes as a string literal (sqlite3_db_config is variadic, which Swift cannot call).
int leadledger_refuse_quoted_literals(sqlite3 *database);

#endif
