#define _GNU_SOURCE
#include "CPlatform.h"
#include <arpa/inet.h>

int kt_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int kt_socket_address(int fd, char *text, size_t capacity, uint16_t *port) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    *port = 0;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
    switch (address.ss_family) {
    case AF_INET: {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
        *port = ntohs(v4->sin_port);
        return inet_ntop(AF_INET, &v4->sin_addr, text, (socklen_t)capacity) ? AF_INET : -1;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
        *port = ntohs(v6->sin6_port);
        return inet_ntop(AF_INET6, &v6->sin6_addr, text, (socklen_t)capacity) ? AF_INET6 : -1;
    }
    case AF_UNIX: {
        const struct sockaddr_un *local = (const struct sockaddr_un *)&address;
        size_t count = length > offsetof(struct sockaddr_un, sun_path) ? length - offsetof(struct sockaddr_un, sun_path) : 0;
        if (count >= capacity || count > sizeof local->sun_path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(text, local->sun_path, count);
        text[count] = 0;
        return AF_UNIX;
    }
    default: errno = EAFNOSUPPORT; return -1;
    }
}

int kt_is_socket_file(const char *path) {
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISSOCK(facts.st_mode);
}
