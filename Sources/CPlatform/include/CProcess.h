/* Processes, sealed memory, passed descriptors, listening sockets: macros and variadic calls only. */
#ifndef KT_CPROCESS_H
#define KT_CPROCESS_H
#include <linux/filter.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Descriptors one message may carry (the kernel takes 253). */
#define KT_DESCRIPTORS_MAX 253
/* O_PATH, which <fcntl.h> shows only to GNU sources. */
#define KT_O_PATH 010000000

int kt_open(const char *path, int flags, unsigned int mode);
char **kt_environment(void);
int kt_set_process_name(const char *name);
int kt_ignore_signal(int signal);
int kt_block_signal(int signal);
int kt_cpu_count(void);
/* Raises the soft limit of descriptors to the hard one. */
int kt_raise_descriptor_limit(void);
int kt_forbid_new_privileges(void);
/* Lowers soft and hard limit of a resource to `most`; a lower one stays. */
int kt_limit(int resource, uint64_t most);
/* The soft limit; UINT64_MAX: none, or it cannot be read. */
uint64_t kt_limit_of(int resource);
/* Bytes of memory of this machine; UINT64_MAX when nobody knows. */
uint64_t kt_machine_memory(void);

int kt_memfd_sealable(const char *name);
int kt_memfd_seal(int fd);
/* 1 when nobody can write, grow, shrink or unseal it. */
int kt_memfd_is_sealed(int fd);
int64_t kt_file_size(int fd);
uint64_t kt_file_device(int fd);
uint64_t kt_file_inode(int fd);

int kt_spawn_attributes(posix_spawnattr_t *attributes, int own_group);
/* 1: ended, code and status as in waitid(2); 0: still runs; -1: errno. */
int kt_reap(int pidfd, int *code, int *status);

int kt_seqpacket_pair(int *a, int *b);
/* Bytes sent, or -1. */
ssize_t kt_send_message(int fd, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);
/* Bytes received, or -1. `*truncated` when bytes or descriptors did not fit; those that did arrive are returned. */
ssize_t kt_receive_message(int fd, void *bytes, size_t capacity, int *descriptors, size_t *descriptor_count, int *truncated);
/* 1 readable, 0 timed out, -1. */
int kt_wait_readable(int fd, int milliseconds);
// 1: poll(2) says that a write of at most PIPE_BUF bytes finds room.
int kt_is_writable(int fd);
// What writes to the file behind fd without ever waiting: a description of its own of a FIFO or terminal. -1 where there is none to be had.
int kt_open_again_nonblocking(int fd);

/* 0, or -1 when `host` is no address. */
int kt_address_inet(const char *host, uint16_t port, struct sockaddr_storage *out, socklen_t *length);
int kt_address_unix(const char *path, struct sockaddr_storage *out, socklen_t *length);
int kt_address_port(int fd);
int kt_stream_socket(int family);
int kt_set_option(int fd, int level, int name, int value);
int kt_get_option(int fd, int level, int name);
int kt_bind(int fd, const struct sockaddr_storage *address, socklen_t length);
int kt_connect(int fd, const struct sockaddr_storage *address, socklen_t length);
/* 1 once established. */
int kt_is_connected(int fd);
int kt_steer_attach(int fd, struct sock_filter *instructions, uint16_t count);
int kt_steer_detach(int fd);
/* SO_ATTACH_FILTER */
int kt_filter_attach(int fd, struct sock_filter *instructions, uint16_t count);
/* SO_DETACH_FILTER; ENOENT: there is none. */
int kt_filter_detach(int fd);
/* Accept queue of a listening TCP socket and its limit, from TCP_INFO; -1 for any other socket. */
int kt_listen_queue(int fd, uint32_t *waiting, uint32_t *limit);
/* Bytes read at `offset`, without moving the file's own; -1: errno. */
ssize_t kt_read_at(int fd, void *bytes, size_t count, int64_t offset);
#endif
