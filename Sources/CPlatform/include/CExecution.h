/* Another program in this process, and what it takes over. */
#ifndef KT_CEXECUTION_H
#define KT_CEXECUTION_H

/* Returns only when it fails; errno says why. */
int kt_execute(const char *path, char *const arguments[], char *const environment[]);
/* 0, or -1. */
int kt_set_close_on_exec(int fd, int on);
int kt_is_open(int fd);
/* 1 when `pidfd` is a pidfd of a child of ours that nobody has waited for; it stays waitable. */
int kt_is_own_child(int pidfd);
#endif
