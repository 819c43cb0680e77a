// A load client that takes every refused, reset, truncated or late exchange for a loss.
//
//     load --address 127.0.0.1:41002 --plain 8 --keep 16 --streams 200 --body plain.json --stream-body stream.json
//
// Three kinds of clients, one thread, one epoll set:
//   plain    a new connection for each request; every other one asks for `Connection: close` and waits for the end
//   keep     many requests on one connection, with random pauses between them
//   stream   an answer of server-sent events that must end with `data: [DONE]` and the last chunk
// With --rate the plain requests are open-loop: they begin when their time has come, and what they wait counts.
// Without it each client begins its next request at once.
//
// Commands on standard input, each answered with one line of JSON on standard output: `stats`; `window` (stats, and the
// latencies begin anew); `losses` (those since the last time); `addresses A,B` (of new connections from now on);
// `rate N`; `quit` (begins nothing more, waits for what is under way, says all and ends). SIGUSR1 is `stats`, SIGTERM `quit`.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 32768, TAIL = 64, BODIES_MAX = 16, ADDRESSES_MAX = 4096, READ_MAX = 65536, LOSSES_MAX = 200000 };
enum kind { PLAIN, KEEP, STREAM, KINDS };
enum phase { IDLE, CONNECTING, SENDING, HEAD, BODY, ENDING, WAITING };
enum framing { LENGTH, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, LAST_LINE };
enum class { OK, REFUSED, CONNECT_FAILED, RESET_BEFORE, LOST_IDLE_RACE, TRUNCATED, STATUS, MALFORMED, TIMED_OUT, CLASSES };

static const char *kind_names[KINDS] = {"plain", "keep", "stream"};
static const char *class_names[CLASSES] = {
    "ok", "refused", "connect_failed", "reset_before", "lost_idle_race", "truncated", "status", "malformed", "timed_out"};

struct histogram {
    uint64_t buckets[64 * 16], count, max;
};

struct body {
    char *bytes;
    size_t length;
};

struct loss {
    enum class class;
    enum kind kind;
    int status, port, address;
    bool reused;
    uint64_t number, began, sent, ended, bytes;
    char note[48];
};

struct client {
    enum kind kind;
    enum phase phase;
    enum framing framing;
    int fd, port, address, turn;
    bool wants_close, answer_closes, reused, is_chunked;
    uint64_t number;             // of the request; 0: none yet
    uint64_t began, sent, wake;  // microseconds; `sent`: its first byte; `wake`: time-out, or end of the pause
    uint64_t first_byte;
    uint64_t answer_bytes, remaining;
    unsigned requests, requests_max;
    int status;
    char *out;
    size_t out_length, out_offset, out_capacity;
    char head[HEAD_MAX];
    size_t head_length;
    char tail[TAIL];
    size_t tail_length;
    char line[24];
    size_t line_length;
};

static struct body bodies[KINDS][BODIES_MAX];
static int body_counts[KINDS];
static struct sockaddr_in addresses[ADDRESSES_MAX];
static int address_count, address_first;
static struct client *clients;
static int client_count, counts[KINDS];
static int epoll_fd, sources = 8;
static const char *prefix = "load", *path = "/v1/chat/completions", *extra_headers = "";
static double rate;
static uint64_t timeout_us = 15000000, pause_us = 20000, random_state = 88172645463325252ull;
static unsigned keep_requests = 500;
static bool stopping;
static uint64_t stop_deadline, next_arrival, began_at, run_until;
static FILE *trace;

static uint64_t started[KINDS], results[KINDS][CLASSES], statuses[1000], request_number, closed_idle, told_to_close, connections_made;
static struct histogram latencies[KINDS];
static struct loss *losses;
static size_t loss_count, losses_told;

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static uint64_t random_number(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

// MARK: Latencies

static void note(struct histogram *h, uint64_t value) {
    int high = value < 16 ? 0 : 63 - __builtin_clzll(value) - 3;
    size_t bucket = value < 16 ? value : (size_t)high * 16 + (size_t)((value >> (high - 1)) & 15);
    if (bucket < sizeof h->buckets / sizeof *h->buckets) h->buckets[bucket]++;
    h->count++;
    if (value > h->max) h->max = value;
}

// The upper bound of the bucket that holds this share of the values.
static uint64_t quantile(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)((double)h->count * share), seen = 0;
    if (h->count == 0) return 0;
    for (size_t i = 0; i < sizeof h->buckets / sizeof *h->buckets; i++) {
        seen += h->buckets[i];
        if (seen <= wanted) continue;
        if (i < 16) return i;
        size_t high = i / 16;
        uint64_t upper = ((16 + (i & 15) + 1) << (high - 1)) - 1;
        return upper < h->max ? upper : h->max;
    }
    return h->max;
}

// MARK: The ends of an exchange

static void begin(struct client *c, uint64_t since);
static void connect_client(struct client *c);
static void readable(struct client *c);

static void watch(struct client *c, uint32_t events) {
    struct epoll_event e = {.events = events | EPOLLRDHUP, .data.ptr = c};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e)) fail("epoll_ctl");
}

static void hang_up(struct client *c) {
    if (c->fd < 0) return;
    close(c->fd);
    c->fd = -1;
}

// Without TIME_WAIT on our side: the answer is complete, so nothing of it is lost.
static void hang_up_hard(struct client *c) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (c->fd >= 0) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up(c);
}

static void trace_line(const struct client *c, enum class class, uint64_t now) {
    if (!trace) return;
    fprintf(
        trace, "%s %s %s-%llu %llu %llu %llu %llu %d\n", kind_names[c->kind], class_names[class], prefix, (unsigned long long)c->number,
        (unsigned long long)c->began, (unsigned long long)c->sent, (unsigned long long)c->first_byte, (unsigned long long)now, c->port);
}

// The next exchange of this client; or a pause, or nothing until the next arrival.
static void rest(struct client *c) {
    uint64_t now = now_us();
    c->phase = c->fd >= 0 ? WAITING : IDLE;
    if (stopping) {
        hang_up_hard(c);
        c->phase = IDLE;
        c->wake = UINT64_MAX;
    } else if (c->kind == PLAIN) {
        c->wake = rate > 0 ? UINT64_MAX : now;
    } else if (c->kind == KEEP) {
        c->wake = now + (pause_us ? random_number() % (2 * pause_us) : 0);
    } else {
        c->wake = now + random_number() % 5000;
    }
}

static void finish(struct client *c, enum class class, const char *text) {
    uint64_t now = now_us();
    results[c->kind][class]++;
    trace_line(c, class, now);
    if (class == OK) {
        note(&latencies[c->kind], (c->kind == STREAM ? c->first_byte : now) - c->began);
    } else {
        if (class == STATUS && c->status >= 0 && c->status < 1000) statuses[c->status]++;
        if (loss_count < LOSSES_MAX) {
            struct loss *l = &losses[loss_count++];
            *l = (struct loss){.class = class, .kind = c->kind, .status = c->status, .port = c->port, .address = c->address,
                .reused = c->reused, .number = c->number, .began = c->began, .sent = c->sent, .ended = now, .bytes = c->answer_bytes};
            snprintf(l->note, sizeof l->note, "%s", text);
        }
    }
    if (class != OK && class != STATUS) hang_up_hard(c);
    // A plain client that asked for the end of the connection reads until it is there.
    if (c->fd >= 0 && c->kind == PLAIN && c->wants_close && class == OK) {
        c->phase = ENDING;
        c->wake = now + timeout_us;
        return;
    }
    if (c->answer_closes) told_to_close++;
    bool keeps = c->fd >= 0 && !c->answer_closes && !c->wants_close && class == OK
        && (c->kind == KEEP ? c->requests < c->requests_max : c->kind == STREAM && (random_number() & 1));
    if (!keeps) hang_up_hard(c);
    rest(c);
    if (c->kind != PLAIN && class != OK) c->wake = now + 20000;  // a client that was refused does not ask in a tight loop
}

// The peer has gone, by an orderly end (error 0) or not.
static void peer_gone(struct client *c, int error) {
    char text[48];
    switch (c->phase) {
    case IDLE: break;
    case WAITING:
        closed_idle++;
        hang_up(c);
        rest(c);
        break;
    case ENDING:
        hang_up(c);
        rest(c);
        break;
    case CONNECTING:
        snprintf(text, sizeof text, "connect: %s", strerror(error));
        finish(c, error == ECONNREFUSED ? REFUSED : CONNECT_FAILED, text);
        break;
    case SENDING:
    case HEAD:
    case BODY:
        snprintf(text, sizeof text, "%s", error ? strerror(error) : "end of file");
        if (c->answer_bytes) finish(c, TRUNCATED, text);
        else finish(c, c->reused ? LOST_IDLE_RACE : RESET_BEFORE, text);
        break;
    }
}

// MARK: Sending

static void put(struct client *c, const char *bytes, size_t length) {
    if (c->out_length + length > c->out_capacity) {
        c->out_capacity = (c->out_length + length) * 2;
        c->out = realloc(c->out, c->out_capacity);
        if (!c->out) fail("realloc");
    }
    memcpy(c->out + c->out_length, bytes, length);
    c->out_length += length;
}

static void push(struct client *c) {
    while (c->out_offset < c->out_length) {
        ssize_t n = send(c->fd, c->out + c->out_offset, c->out_length - c->out_offset, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return watch(c, EPOLLIN | EPOLLOUT);
        if (n < 0) {
            // The peer may have answered before it closed.
            int error = errno, fd = c->fd;
            c->phase = HEAD;
            readable(c);
            if (c->fd == fd && (c->phase == HEAD || c->phase == BODY)) peer_gone(c, error);
            return;
        }
        if (!c->sent) c->sent = now_us();
        c->out_offset += (size_t)n;
    }
    c->phase = HEAD;
    watch(c, EPOLLIN);
}

static void write_request(struct client *c) {
    const struct body *body = &bodies[c->kind][c->turn++ % body_counts[c->kind]];
    char head[2048];
    c->number = ++request_number;
    c->wants_close = c->kind == PLAIN && (c->number & 1);
    int length = snprintf(
        head, sizeof head, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nx-request-id: %s-%llu\r\n%s%s\r\n",
        path, body->length, prefix, (unsigned long long)c->number, extra_headers, c->wants_close ? "Connection: close\r\n" : "");
    if (length <= 0 || (size_t)length >= sizeof head) fail("a head too long");
    c->out_length = c->out_offset = 0;
    put(c, head, (size_t)length);
    put(c, body->bytes, body->length);
    c->sent = c->first_byte = c->answer_bytes = c->remaining = 0;
    c->head_length = c->tail_length = c->line_length = 0;
    c->answer_closes = c->is_chunked = false;
    c->status = 0;
    c->requests++;
    c->phase = SENDING;
}

static void begin(struct client *c, uint64_t since) {
    started[c->kind]++;
    c->began = since;
    c->wake = now_us() + timeout_us;
    c->reused = c->fd >= 0;
    if (c->reused) {
        write_request(c);
        push(c);
    } else {
        c->requests = 0;
        c->requests_max = 1 + (unsigned)(random_number() % (2 * keep_requests));
        c->number = 0;
        connect_client(c);
    }
}

static void connect_client(struct client *c) {
    c->answer_bytes = 0;
    c->sent = c->first_byte = 0;
    c->status = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket");
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->address = address_first + (int)(random_number() % (unsigned)address_count);
    const struct sockaddr_in *peer = &addresses[c->address];
    if (sources > 1) {
        setsockopt(c->fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
        struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001 + (uint32_t)(random_number() % (unsigned)sources))};
        if (bind(c->fd, (struct sockaddr *)&own, sizeof own)) fail("bind");
    }
    struct epoll_event e = {.events = EPOLLOUT | EPOLLIN | EPOLLRDHUP, .data.ptr = c};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &e)) fail("epoll_ctl");
    c->phase = CONNECTING;
    connections_made++;
    int failed = connect(c->fd, (const struct sockaddr *)peer, sizeof *peer) ? errno : 0;
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    c->port = getsockname(c->fd, (struct sockaddr *)&own, &length) ? 0 : ntohs(own.sin_port);
    if (failed && failed != EINPROGRESS) peer_gone(c, failed);
}

// MARK: Reading

// The value of a header in the head, without its white space; NULL when it is not there.
static const char *header(const struct client *c, const char *name, size_t *length) {
    size_t name_length = strlen(name);
    const char *line = memchr(c->head, '\n', c->head_length), *end = c->head + c->head_length;
    while (line && line + 1 < end) {
        line++;
        const char *stop = memchr(line, '\r', (size_t)(end - line));
        if (!stop) return NULL;
        if ((size_t)(stop - line) > name_length && line[name_length] == ':' && !strncasecmp(line, name, name_length)) {
            line += name_length + 1;
            while (line < stop && *line == ' ') line++;
            *length = (size_t)(stop - line);
            return line;
        }
        line = memchr(stop, '\n', (size_t)(end - stop));
    }
    return NULL;
}

static void answer_complete(struct client *c) {
    static const char done[] = "data: [DONE]\n\n";
    if (c->status != 200) return finish(c, STATUS, "");
    if (c->kind == STREAM) {
        if (!c->is_chunked) return finish(c, MALFORMED, "a stream that is not chunked");
        if (c->tail_length < sizeof done - 1 || memcmp(c->tail + c->tail_length - (sizeof done - 1), done, sizeof done - 1))
            return finish(c, TRUNCATED, "no [DONE]");
    } else if (!c->tail_length || (c->tail[c->tail_length - 1] != '}' && c->tail[c->tail_length - 1] != '\n')) {
        return finish(c, MALFORMED, "not JSON");
    }
    finish(c, OK, "");
}

static void keep_tail(struct client *c, const char *bytes, size_t length) {
    if (length >= TAIL) {
        memcpy(c->tail, bytes + length - TAIL, TAIL);
        c->tail_length = TAIL;
        return;
    }
    size_t kept = c->tail_length + length > TAIL ? TAIL - length : c->tail_length;
    memmove(c->tail, c->tail + c->tail_length - kept, kept);
    memcpy(c->tail + kept, bytes, length);
    c->tail_length = kept + length;
}

// Reads what the head says; false when the exchange has ended by it.
static bool head_complete(struct client *c) {
    size_t length = 0;
    if (c->head_length < 13 || memcmp(c->head, "HTTP/1.1 ", 9) || c->head[12] != ' ') return finish(c, MALFORMED, "status line"), false;
    c->status = 0;
    for (int i = 9; i < 12; i++) {
        if (c->head[i] < '0' || c->head[i] > '9') return finish(c, MALFORMED, "status line"), false;
        c->status = c->status * 10 + c->head[i] - '0';
    }
    const char *value = header(c, "connection", &length);
    c->answer_closes = value && length == 5 && !strncasecmp(value, "close", 5);
    char own[96];
    int own_length = snprintf(own, sizeof own, "%s-%llu", prefix, (unsigned long long)c->number);
    value = header(c, "x-request-id", &length);
    // What is refused before its head was read has no identifier of ours.
    if (c->status == 200 && (!value || length != (size_t)own_length || memcmp(value, own, length)))
        return finish(c, MALFORMED, "another request's answer"), false;
    c->phase = BODY;
    value = header(c, "transfer-encoding", &length);
    if (value) {
        if (length != 7 || strncasecmp(value, "chunked", 7)) return finish(c, MALFORMED, "transfer-encoding"), false;
        c->is_chunked = true;
        c->framing = CHUNK_SIZE;
        return true;
    }
    value = header(c, "content-length", &length);
    if (!value || !length || length > 12) return finish(c, MALFORMED, "no length"), false;
    c->framing = LENGTH;
    c->remaining = 0;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9') return finish(c, MALFORMED, "content-length"), false;
        c->remaining = c->remaining * 10 + (uint64_t)(value[i] - '0');
    }
    if (c->remaining == 0) return answer_complete(c), false;
    return true;
}

// One line of the chunked form, without its end, is in `line`; false when the exchange has ended by it.
static bool chunk_line(struct client *c) {
    if (c->framing == CHUNK_END || c->framing == LAST_LINE) {
        if (c->line_length) return finish(c, MALFORMED, "a chunk's end"), false;
        if (c->framing == LAST_LINE) return answer_complete(c), false;
        c->framing = CHUNK_SIZE;
        return true;
    }
    c->remaining = 0;
    if (!c->line_length || c->line_length > 8) return finish(c, MALFORMED, "a chunk's size"), false;
    for (size_t i = 0; i < c->line_length; i++) {
        char digit = c->line[i];
        int value = digit >= '0' && digit <= '9' ? digit - '0' : (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10 : -1;
        if (value < 0) return finish(c, MALFORMED, "a chunk's size"), false;
        c->remaining = c->remaining * 16 + (uint64_t)value;
    }
    c->framing = c->remaining ? CHUNK_DATA : LAST_LINE;
    return true;
}

// Takes in what was read. The exchange may have ended; bytes after its end are an error.
static void take(struct client *c, const char *bytes, size_t length) {
    if (c->phase == WAITING || c->phase == ENDING) {
        // Unasked bytes: count them as an exchange of their own that went wrong.
        c->began = now_us();
        started[c->kind]++;
        return finish(c, MALFORMED, "bytes that nobody asked for");
    }
    if (!c->answer_bytes) c->first_byte = now_us();
    c->answer_bytes += length;
    size_t at = 0;
    if (c->phase == HEAD || c->phase == SENDING) {
        while (at < length) {
            if (c->head_length == HEAD_MAX) return finish(c, MALFORMED, "a head without an end");
            c->head[c->head_length++] = bytes[at++];
            if (c->head_length >= 4 && !memcmp(c->head + c->head_length - 4, "\r\n\r\n", 4)) {
                if (!head_complete(c)) return;
                break;
            }
        }
    }
    while (at < length) {
        if (c->framing == LENGTH || c->framing == CHUNK_DATA) {
            size_t part = length - at < c->remaining ? length - at : (size_t)c->remaining;
            keep_tail(c, bytes + at, part);
            at += part;
            c->remaining -= part;
            if (c->remaining) return;
            if (c->framing == CHUNK_DATA) {
                c->framing = CHUNK_END;
                c->line_length = 0;
                continue;
            }
            if (at < length) return finish(c, MALFORMED, "more than the answer");
            return answer_complete(c);
        }
        char byte = bytes[at++];
        if (byte == '\n') {
            if (!c->line_length || c->line[c->line_length - 1] != '\r') return finish(c, MALFORMED, "a bare line feed");
            c->line_length--;
            if (c->framing == LAST_LINE && !c->line_length && at < length) return finish(c, MALFORMED, "more than the answer");
            if (!chunk_line(c)) return;
            c->line_length = 0;
        } else {
            if (c->line_length == sizeof c->line) return finish(c, MALFORMED, "a long line between chunks");
            c->line[c->line_length++] = byte;
        }
    }
}

static void readable(struct client *c) {
    static char buffer[READ_MAX];
    for (;;) {
        ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) return peer_gone(c, n < 0 ? errno : 0);
        if (c->kind == STREAM && c->phase == BODY) c->wake = now_us() + timeout_us;
        int fd = c->fd;
        uint64_t number = c->number;
        take(c, buffer, (size_t)n);
        if (c->fd != fd || c->number != number || (size_t)n < sizeof buffer) return;
    }
}

static void handle(struct client *c, uint32_t events) {
    if (c->fd < 0) return;
    if (c->phase == CONNECTING) {
        int error = 0;
        socklen_t length = sizeof error;
        if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length)) error = errno;
        if (error) return peer_gone(c, error);
        if (!(events & EPOLLOUT)) return;
        write_request(c);
        return push(c);
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        int fd = c->fd;
        readable(c);
        if (c->fd != fd) return;
    }
    if ((events & EPOLLOUT) && c->phase == SENDING) push(c);
}

// MARK: Reports

static void print_losses(size_t from) {
    printf("[");
    for (size_t i = from; i < loss_count; i++) {
        const struct loss *l = &losses[i];
        char address[32] = "";
        inet_ntop(AF_INET, &addresses[l->address].sin_addr, address, sizeof address);
        printf(
            "%s{\"class\":\"%s\",\"kind\":\"%s\",\"status\":%d,\"id\":\"%s-%llu\",\"port\":%d,\"address\":\"%s:%d\",\"reused\":%s,"
            "\"began\":%.6f,\"sent\":%.6f,\"ended\":%.6f,\"bytes\":%llu,\"note\":\"%s\"}",
            i > from ? "," : "", class_names[l->class], kind_names[l->kind], l->status, prefix, (unsigned long long)l->number, l->port, address,
            ntohs(addresses[l->address].sin_port), l->reused ? "true" : "false", (double)l->began / 1e6, (double)l->sent / 1e6,
            (double)l->ended / 1e6, (unsigned long long)l->bytes, l->note);
    }
    printf("]");
}

static void print_stats(bool with_losses) {
    uint64_t total = 0, ok = 0, lost = 0;
    int outstanding = 0, streams = 0, connections = 0;
    for (int k = 0; k < KINDS; k++) {
        total += started[k];
        ok += results[k][OK];
        for (int class = OK + 1; class < CLASSES; class++) lost += results[k][class];
    }
    for (int i = 0; i < client_count; i++) {
        enum phase p = clients[i].phase;
        connections += clients[i].fd >= 0;
        outstanding += p == CONNECTING || p == SENDING || p == HEAD || p == BODY;
        streams += clients[i].kind == STREAM && p == BODY;
    }
    printf(
        "{\"now\":%.6f,\"seconds\":%.3f,\"started\":%llu,\"ok\":%llu,\"lost\":%llu,\"requests\":%llu,\"connections_made\":%llu,\"closed_idle\":%llu,"
        "\"told_to_close\":%llu,\"connections\":%d,\"outstanding\":%d,\"open_streams\":%d,\"classes\":{",
        (double)now_us() / 1e6, (double)(now_us() - began_at) / 1e6, (unsigned long long)total, (unsigned long long)ok, (unsigned long long)lost,
        (unsigned long long)request_number, (unsigned long long)connections_made, (unsigned long long)closed_idle,
        (unsigned long long)told_to_close, connections, outstanding, streams);
    const char *comma = "";
    for (int class = OK + 1; class < CLASSES; class++) {
        uint64_t sum = 0;
        for (int k = 0; k < KINDS; k++) sum += results[k][class];
        if (class != STATUS && sum) printf("%s\"%s\":%llu", comma, class_names[class], (unsigned long long)sum), comma = ",";
    }
    for (int s = 0; s < 1000; s++)
        if (statuses[s]) printf("%s\"status_%d\":%llu", comma, s, (unsigned long long)statuses[s]), comma = ",";
    printf("},\"kinds\":{");
    for (int k = 0; k < KINDS; k++) {
        lost = 0;
        for (int class = OK + 1; class < CLASSES; class++) lost += results[k][class];
        const struct histogram *h = &latencies[k];
        printf(
            "%s\"%s\":{\"started\":%llu,\"ok\":%llu,\"lost\":%llu,\"window\":%llu,\"p50_us\":%llu,\"p99_us\":%llu,\"max_us\":%llu}", k ? "," : "",
            kind_names[k], (unsigned long long)started[k], (unsigned long long)results[k][OK], (unsigned long long)lost,
            (unsigned long long)h->count, (unsigned long long)quantile(h, 0.5), (unsigned long long)quantile(h, 0.99), (unsigned long long)h->max);
    }
    printf("}");
    if (with_losses) printf(",\"losses\":"), print_losses(0);
    printf("}\n");
    fflush(stdout);
}

// MARK: Commands

static void set_addresses(char *list) {
    if (address_count + address_first > ADDRESSES_MAX - 16) fail("too many addresses");
    // Those before stay where they are: losses name them by their place.
    int first = address_first + address_count, count = 0;
    for (char *part = strtok(list, ","); part; part = strtok(NULL, ",")) {
        char *colon = strrchr(part, ':');
        if (!colon) fail("an address without a port");
        *colon = 0;
        struct sockaddr_in *a = &addresses[first + count++];
        *a = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
        if (inet_pton(AF_INET, part, &a->sin_addr) != 1) fail("an address that is not IPv4");
    }
    if (count) address_first = first, address_count = count;
}

static void stop_soon(void) {
    if (stopping) return;
    stopping = true;
    stop_deadline = now_us() + timeout_us + 5000000;
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        if (c->phase != WAITING && c->phase != IDLE) continue;
        hang_up_hard(c);
        c->phase = IDLE;
        c->wake = UINT64_MAX;
    }
}

static void command(char *line) {
    if (!strcmp(line, "stats") || !strcmp(line, "window")) {
        print_stats(false);
        if (line[0] == 'w') memset(latencies, 0, sizeof latencies);
    } else if (!strcmp(line, "losses")) {
        print_losses(losses_told);
        printf("\n");
        losses_told = loss_count;
    } else if (!strncmp(line, "addresses ", 10)) {
        set_addresses(line + 10);
        printf("{}\n");
    } else if (!strncmp(line, "rate ", 5)) {
        rate = atof(line + 5);
        next_arrival = now_us();
        printf("{}\n");
    } else if (!strcmp(line, "quit")) {
        stop_soon();
    } else if (*line) {
        printf("{\"error\":\"no such command\"}\n");
    }
    fflush(stdout);
}

static void read_commands(void) {
    static char pending[4096];
    static size_t length;
    ssize_t n = read(0, pending + length, sizeof pending - 1 - length);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {  // whoever started us has gone
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, 0, NULL);
        return stop_soon();
    }
    length += (size_t)n;
    char *end;
    while ((end = memchr(pending, '\n', length))) {
        *end = 0;
        size_t used = (size_t)(end - pending) + 1;
        char line[4096];
        memcpy(line, pending, used);
        length -= used;
        memmove(pending, end + 1, length);
        command(line);
    }
}

// MARK: The loop

// Pauses that are over, time-outs, and arrivals whose time has come.
static void look_at_clocks(void) {
    uint64_t now = now_us();
    if (run_until && now >= run_until) stop_soon();
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        if (c->wake > now) continue;
        if (c->phase == IDLE || c->phase == WAITING) {
            if (stopping) c->wake = UINT64_MAX;
            else begin(c, now);
        } else if (c->phase == ENDING) {
            c->number = 0;
            finish(c, TIMED_OUT, "the connection was not closed");
        } else {
            finish(c, TIMED_OUT, c->phase == CONNECTING ? "connecting" : c->answer_bytes ? "in the answer" : "before the answer");
        }
    }
}

static void look_at_arrivals(void) {
    if (rate <= 0 || stopping) return;
    uint64_t now = now_us();
    if (!next_arrival) next_arrival = now;
    static int at;
    while (next_arrival <= now) {
        struct client *free_client = NULL;
        for (int tried = 0; tried < counts[PLAIN] && !free_client; tried++) {
            struct client *c = &clients[at++ % counts[PLAIN]];
            if (c->phase == IDLE) free_client = c;
        }
        // No client is free: the arrival waits, and its wait counts because it keeps its time.
        if (!free_client) return;
        begin(free_client, next_arrival);
        next_arrival += (uint64_t)(1e6 / rate);
    }
}

static char *read_file(const char *name, size_t *length) {
    FILE *file = fopen(name, "rb");
    if (!file) fail(name);
    size_t capacity = 1 << 16;
    char *bytes = malloc(capacity);
    if (!bytes) fail("malloc");
    *length = 0;
    for (;;) {
        size_t n = fread(bytes + *length, 1, capacity - *length, file);
        if (!n) break;
        *length += n;
        if (*length == capacity && !(bytes = realloc(bytes, capacity *= 2))) fail("realloc");
    }
    fclose(file);
    return bytes;
}

static void add_body(enum kind kind, const char *name) {
    if (body_counts[kind] == BODIES_MAX) fail("too many bodies");
    struct body *b = &bodies[kind][body_counts[kind]++];
    b->bytes = read_file(name, &b->length);
}

static void options(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i];
        char *value = argv[i + 1];
        if (!strcmp(name, "--address")) set_addresses(value);
        else if (!strcmp(name, "--plain")) counts[PLAIN] = atoi(value);
        else if (!strcmp(name, "--keep")) counts[KEEP] = atoi(value);
        else if (!strcmp(name, "--streams")) counts[STREAM] = atoi(value);
        else if (!strcmp(name, "--rate")) rate = atof(value);
        else if (!strcmp(name, "--pause-ms")) pause_us = (uint64_t)(atof(value) * 1000);
        else if (!strcmp(name, "--timeout-ms")) timeout_us = (uint64_t)(atof(value) * 1000);
        else if (!strcmp(name, "--seconds")) run_until = (uint64_t)(atof(value) * 1e6);
        else if (!strcmp(name, "--keep-requests")) keep_requests = (unsigned)atoi(value);
        else if (!strcmp(name, "--sources")) sources = atoi(value);
        else if (!strcmp(name, "--prefix")) prefix = value;
        else if (!strcmp(name, "--path")) path = value;
        else if (!strcmp(name, "--seed")) random_state = strtoull(value, NULL, 10) * 2654435761u + 88172645463325252ull;
        else if (!strcmp(name, "--body")) add_body(PLAIN, value), add_body(KEEP, value);
        else if (!strcmp(name, "--stream-body")) add_body(STREAM, value);
        else if (!strcmp(name, "--trace")) trace = fopen(value, "w");
        else {
            fprintf(stderr, "load: no such option: %s\n", name);
            exit(2);
        }
    }
    for (int k = 0; k < KINDS; k++) {
        if (counts[k] && !body_counts[k]) {
            fprintf(stderr, "load: no body for %s requests\n", kind_names[k]);
            exit(2);
        }
        client_count += counts[k];
    }
    if (!address_count || !client_count) {
        fprintf(stderr, "load: --address and a number of clients are needed\n");
        exit(2);
    }
}

int main(int argc, char **argv) {
    options(argc, argv);
    struct rlimit limit;
    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    losses = calloc(LOSSES_MAX, sizeof *losses);
    clients = calloc((size_t)client_count, sizeof *clients);
    if (!losses || !clients) fail("calloc");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    static int is_command, is_signal;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &is_command};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &e);  // not for a file; then there are no commands
    e.data.ptr = &is_signal;
    if (signal_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, signal_fd, &e)) fail("signalfd");

    began_at = now_us();
    if (run_until) run_until += began_at;
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        c->kind = i < counts[PLAIN] ? PLAIN : i < counts[PLAIN] + counts[KEEP] ? KEEP : STREAM;
        c->fd = -1;
        c->turn = i;
        // Streams do not all begin, and so end, at once.
        c->wake = c->kind == STREAM ? began_at + random_number() % 2000000 : c->kind == PLAIN && rate > 0 ? UINT64_MAX : began_at;
    }
    uint64_t next_look = 0;
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, rate > 0 ? 1 : 2);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &is_command) read_commands();
            else if (events[i].data.ptr == &is_signal) {
                struct signalfd_siginfo info;
                while (read(signal_fd, &info, sizeof info) == sizeof info) {
                    if (info.ssi_signo == SIGUSR1) print_stats(false);
                    else stop_soon();
                }
            } else handle(events[i].data.ptr, events[i].events);
        }
        if (now_us() >= next_look) {
            look_at_clocks();
            next_look = now_us() + (pause_us && rate > 0 ? 2000 : 500);
        }
        look_at_arrivals();
        if (stopping) {
            int busy = 0;
            for (int i = 0; i < client_count; i++) busy += clients[i].phase != IDLE;
            if (!busy || now_us() > stop_deadline) break;
        }
    }
    print_stats(true);
    if (trace) fclose(trace);
    uint64_t lost = 0;
    for (int k = 0; k < KINDS; k++)
        for (int class = OK + 1; class < CLASSES; class++) lost += results[k][class];
    return lost ? 1 : 0;
}
