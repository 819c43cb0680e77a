#define _GNU_SOURCE
#include "CPlatform.h"

int kt_spawn_closefrom(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

int kt_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

int kt_accept_peer(int fd, uint8_t address[16], uint16_t *port, int *is_local) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    memset(address, 0, 16);
    *port = 0;
    *is_local = 0;
    int number = accept4(fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (number < 0) return -1;
    if (peer.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&peer;
        address[10] = address[11] = 0xff;
        memcpy(address + 12, &v4->sin_addr, 4);
        *port = ntohs(v4->sin_port);
    } else if (peer.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&peer;
        memcpy(address, &v6->sin6_addr, 16);
        *port = ntohs(v6->sin6_port);
    } else {
        *is_local = 1;
    }
    if (!*is_local) {
        int on = 1;
        (void)setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return number;
}

ssize_t kt_send_two(int fd, const void *a, size_t a_count, const void *b, size_t b_count) {
    struct iovec parts[2] = {{(void *)a, a_count}, {(void *)b, b_count}};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}
