#include "CSQLite.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

/*
 * SQLite's own file layer with one method changed: what is written into a main database file goes through
 * checksum_write, which fills the reserved end of each page with a checksum of the rest. SQLite never looks at
 * reserved bytes, so any tool can still read the file; a page that was changed by other means no longer matches.
 * A file whose pages keep no such room is read, never written.
 * Only whole pages at page boundaries ever reach a main database file, at a checkpoint or when it is made.
 */

/* Where a database file's header says how many bytes each page keeps free (https://sqlite.org/fileformat.html). */
enum { RESERVED_BYTES_OFFSET = 20 };

static sqlite3_vfs layer;
static sqlite3_vfs *base;
static const sqlite3_io_methods *base_methods;
static sqlite3_io_methods checked_methods;
static pthread_mutex_t methods_lock = PTHREAD_MUTEX_INITIALIZER;

sqlite3_uint64 leadledger_page_checksum(const unsigned char *bytes, int size, sqlite3_uint64 page) {
    /* Two multiplying lanes over 8-byte words. Each step is a bijection of the lane, so one changed word always
       changes the sum; the page number in the seed catches pages that changed places. */
    sqlite3_uint64 a = 0x9e3779b97f4a7c15ULL ^ page, b = 0xc2b2ae3d27d4eb4fULL + page, word;
    int end = size - LEADLEDGER_CHECKSUM_BYTES, i = 0;
    for (; i + 16 <= end; i += 16) {
        memcpy(&word, bytes + i, 8);
        a = (a ^ word) * 0xff51afd7ed558ccdULL;
        memcpy(&word, bytes + i + 8, 8);
        b = (b ^ word) * 0xc4ceb9fe1a85ec53ULL;
    }
    for (; i + 8 <= end; i += 8) {
        memcpy(&word, bytes + i, 8);
        a = (a ^ word) * 0xff51afd7ed558ccdULL;
    }
    a ^= (b << 31) | (b >> 33);
    return a * 0x9e3779b97f4a7c15ULL;
}

static int checksum_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    unsigned char page[65536];
    if (size < 512 || size > (int)sizeof page || (size & (size - 1)) != 0 || offset % size != 0)
        return base_methods->xWrite(file, bytes, size, offset);
    memcpy(page, bytes, (size_t)size);
    /* A new file whose pages leave no room, for instance an attached one: a checksum would overwrite its content. */
    if (offset == 0 && page[RESERVED_BYTES_OFFSET] != LEADLEDGER_CHECKSUM_BYTES) return SQLITE_READONLY;
    sqlite3_uint64 sum = leadledger_page_checksum(page, size, (sqlite3_uint64)(offset / size) + 1);
    memcpy(page + size - LEADLEDGER_CHECKSUM_BYTES, &sum, LEADLEDGER_CHECKSUM_BYTES);
    return base_methods->xWrite(file, page, size, offset);
}

/* False for a database that was made without room for checksums; true for a new file, and for no database. */
static int has_room_for_checksums(sqlite3_file *file) {
    unsigned char header[RESERVED_BYTES_OFFSET + 1];
    if (file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK) return 1;
    return memcmp(header, "SQLite format 3", 16) != 0 || header[RESERVED_BYTES_OFFSET] == LEADLEDGER_CHECKSUM_BYTES;
}

static int checksum_open(sqlite3_vfs *self, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags) {
    (void)self;
    int result = base->xOpen(base, name, file, flags, out_flags);
    if (result != SQLITE_OK || !(flags & SQLITE_OPEN_MAIN_DB) || !file->pMethods) return result;
    pthread_mutex_lock(&methods_lock);
    if (!base_methods) {
        base_methods = file->pMethods;
        checked_methods = *base_methods;
        checked_methods.xWrite = checksum_write;
    }
    int same = base_methods == file->pMethods;
    pthread_mutex_unlock(&methods_lock);
    if (!same) { /* another locking style of the base layer: refuse rather than write pages without a checksum */
        file->pMethods->xClose(file);
        file->pMethods = NULL;
        return SQLITE_CANTOPEN;
    }
    if (has_room_for_checksums(file))
        file->pMethods = &checked_methods;
    else if (out_flags)
        *out_flags = (*out_flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

int leadledger_register_checksum_vfs(void) {
    int result = sqlite3_initialize();
    if (result != SQLITE_OK) return result;
    pthread_mutex_lock(&methods_lock);
    if (!base) {
        base = sqlite3_vfs_find(NULL);
        if (!base) {
            result = SQLITE_ERROR;
        } else {
            layer = *base;
            layer.pNext = NULL;
            layer.zName = LEADLEDGER_CHECKSUM_VFS;
            layer.xOpen = checksum_open;
            result = sqlite3_vfs_register(&layer, 0);
        }
    }
    pthread_mutex_unlock(&methods_lock);
    return result;
}

int leadledger_reserve_checksum_bytes(sqlite3 *database) {
    int bytes = LEADLEDGER_CHECKSUM_BYTES;
    return sqlite3_file_control(database, NULL, SQLITE_FCNTL_RESERVE_BYTES, &bytes);
}

int leadledger_refuse_quoted_literals(sqlite3 *database) {
    int result = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    return result != SQLITE_OK ? result : sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}
