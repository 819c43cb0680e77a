#define _GNU_SOURCE
#include "CPlatform.h"

int kt_execute(const char *path, char *const arguments[], char *const environment[]) { return execve(path, arguments, environment); }

int kt_set_close_on_exec(int fd, int on) {
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) return -1;
    return fcntl(fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC);
}

int kt_is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

int kt_is_own_child(int pidfd) {
    siginfo_t info = {0};
    return waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}
