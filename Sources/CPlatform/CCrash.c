#define _GNU_SOURCE
#include "CCrash.h"
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KT_CRASH_STACK_BYTES (256 * 1024)

static const int kt_crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
#define KT_CRASH_SIGNAL_COUNT (sizeof kt_crash_signals / sizeof *kt_crash_signals)

static struct {
    uint64_t *words;
    int socket;
    size_t frame_count;
    size_t signal_offset;
    unsigned char frame[KT_CRASH_FRAME_MAX];
    struct sigaction previous[64];
    /* Which thread crashed first; 0: none. */
    int thread;
} kt_crash;

static void kt_crash_default(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    (void)sigaction(number, &action, NULL);
}

/* Ends the process by `number`, whatever is blocked. */
static void kt_crash_end(int number, int thread) {
    sigset_t set;
    kt_crash_default(number);
    sigemptyset(&set);
    sigaddset(&set, number);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
    (void)syscall(SYS_tgkill, getpid(), thread, number);
    _exit(128 + number);
}

static void kt_crash_report(int number, const siginfo_t *info) {
    __atomic_store_n(kt_crash.words + 1, (uint64_t)(int64_t)info->si_code, __ATOMIC_RELAXED);
    __atomic_store_n(kt_crash.words + 2, info->si_code <= 0 ? (uint64_t)info->si_pid : 0, __ATOMIC_RELAXED);
    /* Last: whoever sees it sees the others. */
    __atomic_store_n(kt_crash.words, (uint64_t)number, __ATOMIC_RELEASE);
    for (int byte = 0; byte < 4; byte++) kt_crash.frame[kt_crash.signal_offset + (size_t)byte] = (unsigned char)(number >> (8 * byte));
    (void)send(kt_crash.socket, kt_crash.frame, kt_crash.frame_count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void kt_crash_handle(int number, siginfo_t *info, void *context) {
    const int thread = (int)syscall(SYS_gettid);
    const int saved = errno;
    int first = 0;
    if (!__atomic_compare_exchange_n(&kt_crash.thread, &first, thread, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        if (first == thread) kt_crash_end(number, thread);
        /* Another thread is ending the process. */
        for (;;) (void)pause();
    }
    kt_crash_report(number, info);
    const struct sigaction *previous = &kt_crash.previous[number];
    if (previous->sa_flags & SA_SIGINFO) {
        previous->sa_sigaction(number, info, context);
    } else if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN) {
        previous->sa_handler(number);
    }
    errno = saved;
    /* What the processor refused is refused again, now with the default action: the end shows the true fault. Everything
       else would go on after the handler. */
    const int repeats = number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE;
    if (!repeats || info->si_code <= 0) kt_crash_end(number, thread);
    kt_crash_default(number);
}

/* A stack of its own, so that a stack that ran over can still be told of. Below it lies a page that nobody may touch. */
static int kt_crash_use_stack(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, KT_CRASH_STACK_BYTES + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) return -1;
    stack_t stack = {.ss_sp = memory + page, .ss_size = KT_CRASH_STACK_BYTES};
    return sigaltstack(&stack, NULL);
}

int kt_crash_install(void *words, int socket, const void *frame, size_t frame_count, size_t signal_offset) {
    if (frame_count < 4 || frame_count > KT_CRASH_FRAME_MAX || signal_offset > frame_count - 4 || kt_crash.words != NULL) {
        errno = EINVAL;
        return -1;
    }
    if (kt_crash_use_stack() != 0) return -1;
    kt_crash.words = words;
    kt_crash.socket = socket;
    memcpy(kt_crash.frame, frame, frame_count);
    kt_crash.frame_count = frame_count;
    kt_crash.signal_offset = signal_offset;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = kt_crash_handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    /* A fault while its signal is blocked ends the process by the kernel's hand: a handler that faults does not loop. */
    for (size_t i = 0; i < KT_CRASH_SIGNAL_COUNT; i++) sigaddset(&action.sa_mask, kt_crash_signals[i]);
    for (size_t i = 0; i < KT_CRASH_SIGNAL_COUNT; i++) {
        if (sigaction(kt_crash_signals[i], &action, &kt_crash.previous[kt_crash_signals[i]]) != 0) return -1;
    }
    return 0;
}
