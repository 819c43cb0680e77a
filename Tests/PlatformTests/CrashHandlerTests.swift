import Glibc
import Testing

@testable import Platform

/// What happens in a process of its own, which ends.
@Suite("Crash handler")
struct CrashHandlerTests {
    /// The handler over words of this process and a socket pair whose other end is `peerNumber`, which a handler can know.
    static func install() throws {
        let words = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
        unsafe words.initializeMemory(as: UInt64.self, repeating: 0, count: 3)
        let (ours, theirs) = try MessageSocket.pair()
        _ = dup2(theirs.rawNumber, Self.peerNumber)
        let socket = dup(ours.rawNumber)
        try unsafe CrashHandler.install(lastWords: words, socket: socket, frame: [1, 2, 3, 4, 0, 0, 0, 0])
        unsafe Self.words = words
    }

    static let peerNumber: CInt = 200
    nonisolated(unsafe) static var words = unsafe UnsafeMutableRawPointer(bitPattern: 8)

    /// What stands in for Swift's handler: ends with success when the signal's number has been written and sent.
    static func expectReport(of signal: CInt) {
        _ = Glibc.signal(signal) { number in
            var frame: (UInt64, UInt64) = (0, 0)
            let count = unsafe recv(CrashHandlerTests.peerNumber, &frame, 16, CInt(MSG_DONTWAIT))
            let told = count == 8 && frame.0 == 0x0403_0201 | UInt64(number) << 32
            let written = unsafe CrashHandlerTests.words?.load(as: UInt64.self) == UInt64(number)
            _exit(told && written ? 0 : 3)
        }
    }

    @inline(never) static func overflow(_ depth: Int) -> Int {
        var local = (depth, depth &+ 1, depth &* 3)
        unsafe withUnsafeMutablePointer(to: &local) { unsafe $0.pointee.2 ^= depth }
        return Self.overflow(depth &+ local.2) &+ local.0
    }

    static func quiet() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] { _ = Glibc.signal(number, SIG_DFL) }
    }

    @Test func `a signal that somebody sent ends the process, although a handler returns`() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            CrashHandlerTests.quiet()
            _ = Glibc.signal(SIGSEGV) { _ in }
            try CrashHandlerTests.install()
            kill(getpid(), SIGSEGV)
            while true { pause() }
        }
    }

    @Test func `so does the process's own abort`() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            CrashHandlerTests.quiet()
            _ = Glibc.signal(SIGABRT) { _ in }
            try CrashHandlerTests.install()
            abort()
        }
    }

    @Test func `a loop without end is ended by one signal`() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            CrashHandlerTests.quiet()
            _ = Glibc.signal(SIGABRT) { _ in }
            try CrashHandlerTests.install()
            _ = Glibc.signal(SIGALRM) { _ in kill(getpid(), SIGABRT) }
            alarm(1)
            var count: UInt64 = 0
            while true { count &+= 1 }
        }
    }

    @Test func `a fault is told of before the older handler runs`() async {
        await #expect(processExitsWith: .success) {
            CrashHandlerTests.quiet()
            CrashHandlerTests.expectReport(of: SIGSEGV)
            try CrashHandlerTests.install()
            unsafe UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        }
    }

    @Test func `a stack that ran over is told of too`() async {
        await #expect(processExitsWith: .success) {
            CrashHandlerTests.quiet()
            CrashHandlerTests.expectReport(of: SIGSEGV)
            try CrashHandlerTests.install()
            _ = CrashHandlerTests.overflow(1)
        }
    }

    @Test func `a fault ends by its own signal`() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            CrashHandlerTests.quiet()
            try CrashHandlerTests.install()
            unsafe UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        }
    }

    @Test func `a fault in a handler ends the process`() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            CrashHandlerTests.quiet()
            _ = Glibc.signal(SIGABRT) { _ in unsafe UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1 }
            try CrashHandlerTests.install()
            kill(getpid(), SIGABRT)
            while true { pause() }
        }
    }

    @Test func `a frame without room for the number is refused`() async {
        await #expect(processExitsWith: .success) {
            var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
            for count in [0, 3, 65] {
                let frame = [UInt8](repeating: 0, count: count)
                do {
                    try unsafe CrashHandler.install(lastWords: &words, socket: 0, frame: frame)
                    exit(1)
                } catch {}
            }
            exit(0)
        }
    }
}
