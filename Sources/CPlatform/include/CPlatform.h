/* System calls and macros that Swift's Glibc module does not show. No logic. */
#ifndef KT_CPLATFORM_H
#define KT_CPLATFORM_H
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "CBuild.h"
#include "CCrash.h"
#include "CExecution.h"
#include "CProcess.h"
#include "CSocket.h"

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

static inline int kt_memfd_create(const char *name, unsigned int flags) { return (int)syscall(SYS_memfd_create, name, flags); }
static inline int kt_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
static inline int kt_pidfd_send_signal(int pidfd, int sig) { return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0); }
static inline int kt_fcntl_int(int fd, int command, int value) { return fcntl(fd, command, value); }
int kt_spawn_closefrom(posix_spawn_file_actions_t *actions, int from);
int kt_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
static inline void kt_epoll_event_set(struct epoll_event *event, uint32_t events, uint64_t data) { event->events = events; event->data.u64 = data; }
static inline uint64_t kt_epoll_event_data(const struct epoll_event *event) { return event->data.u64; }
static inline int64_t kt_monotonic_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static inline int64_t kt_realtime_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
/* Relaxed, aligned 64-bit words in shared regions: one writer, any reader. */
static inline uint64_t kt_load64(const void *p) { return __atomic_load_n((const uint64_t *)p, __ATOMIC_RELAXED); }
static inline void kt_store64(void *p, uint64_t v) { __atomic_store_n((uint64_t *)p, v, __ATOMIC_RELAXED); }
/* Accepts one connection, non-blocking and close-on-exec, without Nagle's delay. `address` is IPv6, IPv4 mapped; network order. */
int kt_accept_peer(int fd, uint8_t address[16], uint16_t *port, int *is_local);
/* Sends two buffers in one call, without SIGPIPE and without blocking. */
ssize_t kt_send_two(int fd, const void *a, size_t a_count, const void *b, size_t b_count);
#endif
