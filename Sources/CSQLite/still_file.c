#include "CSQLite.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int leadledger_is_still(const char *path) {
    char beside[4096];
    size_t length = strlen(path);
    if (length + 5 > sizeof beside || access(path, R_OK) != 0) return 0;
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    memcpy(beside, path, folder);
    strcpy(beside + folder, folder ? "" : ".");
    if (access(beside, W_OK) == 0) return 0;
    struct stat log;
    memcpy(beside, path, length);
    strcpy(beside + length, "-wal");
    return stat(beside, &log) != 0 || log.st_size == 0;
}
