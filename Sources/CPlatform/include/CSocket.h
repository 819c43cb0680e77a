/* Facts of sockets that somebody else made. */
#ifndef KT_CSOCKET_H
#define KT_CSOCKET_H
#include <stddef.h>
#include <stdint.h>

/* Who connected a local stream socket, as it was then (SO_PEERCRED, unix(7)). 0, or -1. */
int kt_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/* Family of a socket's own address: AF_INET, AF_INET6 or AF_UNIX, -1 with errno for any other. `text` takes the address in digits, or the
   path (empty for a socket without one), and has at least 128 bytes. */
int kt_socket_address(int fd, char *text, size_t capacity, uint16_t *port);
/* 1: `path` is a socket file. */
int kt_is_socket_file(const char *path);
#endif
