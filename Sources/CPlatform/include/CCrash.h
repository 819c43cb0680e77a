/* What a process still does when it crashes. Async-signal-safe calls only; the one place where a signal handler has logic. */
#ifndef KT_CCRASH_H
#define KT_CCRASH_H
#include <stddef.h>

/* Bytes of the longest frame. */
#define KT_CRASH_FRAME_MAX 64

/* Takes over the crash signals of the process; handlers that are there now are called in their turn.
   `words`: three 64-bit words for si_signo, si_code and si_pid. `frame` is sent on `socket` with the signal's number, 32 bits,
   little-endian, at `signal_offset`. The calling thread gets a stack for its handler. 0, or -1 with errno. Once in a process. */
int kt_crash_install(void *words, int socket, const void *frame, size_t frame_count, size_t signal_offset);
#endif
