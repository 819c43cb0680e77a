/*
 * stream-load: opens many streamed requests at once and counts the events that come back.
 *
 *     stream-load -p PORT [-n STREAMS] [-r ROUNDS] [-t SECONDS_MAX] [-u PATH] [-k KEY] [-m MODEL] [-g RAMP_MS]
 *
 * Every stream is one connection that asks ROUNDS times, one after the other. Prints one JSON line; exits 1 when a stream failed.
 * One thread, one epoll set, about 1 microsecond an event, so that it is not what is measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct stream {
	int fd, rounds_left;
	int at_data, at_done; /* how much of the words is matched */
	int is_done, has_head;
	char tail[5];         /* the last bytes received */
	uint64_t asked_at, events;
};

static const char DATA[] = "data: {", DONE[] = "[DONE]", LAST[] = "0\r\n\r\n";
static char REQUEST[8192];
static int REQUEST_LEN, EP, OPEN;
static struct sockaddr_in ADDRESS;
static uint64_t EVENTS, FINISHED, FAILED, BYTES, FIRST_NS, NOT_OK;

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static void finish(struct stream *s, int ok)
{
	if (ok)
		FINISHED++;
	else
		FAILED++;
	close(s->fd);
	s->fd = -1;
	OPEN--;
}

static void ask(struct stream *s)
{
	s->at_data = s->at_done = s->is_done = s->has_head = 0;
	s->events = 0;
	memset(s->tail, 0, sizeof s->tail);
	s->asked_at = now_ns();
	if (send(s->fd, REQUEST, REQUEST_LEN, MSG_NOSIGNAL) != REQUEST_LEN)
		finish(s, 0);
}

static void start(struct stream *s)
{
	int on = 1;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&ADDRESS, sizeof ADDRESS) < 0) {
		perror("stream-load: connect");
		exit(1);
	}
	OPEN++;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = s };
	epoll_ctl(EP, EPOLL_CTL_ADD, s->fd, &e);
	ask(s);
}

static void take(struct stream *s, const char *p, ssize_t n)
{
	BYTES += n;
	if (!s->has_head) {
		s->has_head = 1;
		if (n < 12 || memcmp(p + 9, "200", 3)) {
			NOT_OK++;
			finish(s, 0);
			return;
		}
	}
	for (const char *e = p + n, *q = p; q < e; q++) {
		s->at_data = *q == DATA[s->at_data] ? s->at_data + 1 : *q == DATA[0];
		if (s->at_data == sizeof DATA - 1) {
			s->at_data = 0;
			EVENTS++;
			if (s->events++ == 0)
				FIRST_NS += now_ns() - s->asked_at;
		}
		s->at_done = *q == DONE[s->at_done] ? s->at_done + 1 : *q == DONE[0];
		if (s->at_done == sizeof DONE - 1) {
			s->at_done = 0;
			s->is_done = 1;
		}
	}
	if (n >= 5) {
		memcpy(s->tail, p + n - 5, 5);
	} else {
		memmove(s->tail, s->tail + n, 5 - n);
		memcpy(s->tail + 5 - n, p, n);
	}
	if (s->is_done && !memcmp(s->tail, LAST, 5)) {
		if (--s->rounds_left > 0) {
			FINISHED++;
			ask(s);
		} else {
			finish(s, 1);
		}
	}
}

int main(int argc, char **argv)
{
	int port = 0, streams = 300, rounds = 1, seconds_max = 60, ramp_ms = 500;
	const char *path = "/v1/chat/completions", *key = "bench-key", *model = "mock.chunks250.interval20";
	for (int o; (o = getopt(argc, argv, "p:n:r:t:u:k:m:g:")) != -1;)
		switch (o) {
		case 'p': port = atoi(optarg); break;
		case 'n': streams = atoi(optarg); break;
		case 'r': rounds = atoi(optarg); break;
		case 't': seconds_max = atoi(optarg); break;
		case 'u': path = optarg; break;
		case 'k': key = optarg; break;
		case 'm': model = optarg; break;
		case 'g': ramp_ms = atoi(optarg); break;
		default: return 2;
		}
	if (port <= 0 || streams <= 0 || rounds <= 0)
		return 2;
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	ADDRESS = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char body[2048];
	int n = snprintf(body, sizeof body,
			 "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},"
			 "{\"role\":\"user\",\"content\":\"Explain the difference between a hash map and a tree map, with one example of each.\"}]}",
			 model);
	REQUEST_LEN = snprintf(REQUEST, sizeof REQUEST,
			       "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
			       "Content-Length: %d\r\n\r\n%s",
			       path, port, key, n, body);
	EP = epoll_create1(EPOLL_CLOEXEC);
	struct stream *all = calloc(streams, sizeof *all);
	uint64_t began = now_ns(), deadline = began + (uint64_t)seconds_max * 1000000000u;
	struct epoll_event events[512];
	static char buffer[65536];
	int started = 0;
	while ((OPEN > 0 || started < streams) && now_ns() < deadline) {
		/* Spread over the ramp, so that the pace of the streams does not fall into step. */
		uint64_t elapsed_ms = (now_ns() - began) / 1000000u;
		int due = ramp_ms ? (int)(elapsed_ms * streams / ramp_ms) + 1 : streams;
		for (; started < streams && started < due; started++) {
			all[started].rounds_left = rounds;
			start(&all[started]);
		}
		int ready = epoll_wait(EP, events, 512, started < streams ? 1 : 100);
		for (int i = 0; i < ready; i++) {
			struct stream *s = events[i].data.ptr;
			if (s->fd < 0)
				continue;
			ssize_t got = recv(s->fd, buffer, sizeof buffer, MSG_DONTWAIT);
			if (got > 0)
				take(s, buffer, got);
			else if (got == 0 || errno != EAGAIN)
				finish(s, 0);
		}
	}
	double seconds = (now_ns() - began) / 1e9;
	printf("{\"streams\":%d,\"finished\":%lu,\"failed\":%lu,\"not_ok\":%lu,\"unfinished\":%d,\"events\":%lu,\"bytes\":%lu,"
	       "\"seconds\":%.3f,\"first_event_ms\":%.3f}\n",
	       streams, (unsigned long)FINISHED, (unsigned long)FAILED, (unsigned long)NOT_OK, OPEN, (unsigned long)EVENTS,
	       (unsigned long)BYTES, seconds, FINISHED ? FIRST_NS / 1e6 / FINISHED : 0.0);
	return FAILED || OPEN ? 1 : 0;
}
