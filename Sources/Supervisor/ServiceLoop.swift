internal import CSystemd
internal import Glibc
internal import Platform

/// libsystemd's event loop: the supervisor's only thread waits here.
@safe final class ServiceLoop {
    /// One thing waited for, until it is cancelled or let go. Its action may cancel it.
    @safe final class Source {
        fileprivate let action: () -> Void
        private var source: OpaquePointer?

        fileprivate init(action: @escaping () -> Void) { self.action = action }

        fileprivate func adopt(_ source: OpaquePointer?) { unsafe self.source = source }

        func cancel() {
            guard let source = unsafe self.source else { return }
            unsafe self.source = nil
            unsafe sd_event_source_set_enabled(source, CInt(SD_EVENT_OFF))
            unsafe sd_event_source_unref(source)
        }

        /// Of a descriptor's source: what it is waited for from now on. Its failure and its end are always told.
        func wait(reading: Bool, writing: Bool) {
            guard let source = unsafe self.source else { return }
            let events = (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
            unsafe sd_event_source_set_io_events(source, UInt32(events))
        }

        fileprivate func rearm(at microseconds: UInt64) {
            guard let source = unsafe self.source else { return }
            unsafe sd_event_source_set_time(source, microseconds)
            unsafe sd_event_source_set_enabled(source, CInt(SD_EVENT_ONESHOT))
        }

        fileprivate func disarm() {
            guard let source = unsafe self.source else { return }
            unsafe sd_event_source_set_enabled(source, CInt(SD_EVENT_OFF))
        }

        deinit { self.cancel() }
    }

    private let event: OpaquePointer
    private var alarm: Source?
    private var killed: [ChildProcess] = []

    init() throws(SystemCallError) {
        var event: OpaquePointer?
        let result = unsafe sd_event_new(&event)
        guard result >= 0, let event = unsafe event else { throw SystemCallError("sd_event_new", errno: -result) }
        unsafe self.event = event
    }

    deinit { unsafe sd_event_unref(self.event) }

    /// Runs `action` whenever the descriptor, which stays the caller's, is readable or at its end.
    func onReadable(_ descriptor: CInt, _ action: @escaping () -> Void) throws(SystemCallError) -> Source {
        let source = Source(action: action)
        var handle: OpaquePointer?
        let result = unsafe sd_event_add_io(
            self.event, &handle, descriptor, UInt32(EPOLLIN.rawValue),
            { _, _, _, owner in
                unsafe run(owner)
                return 0
            }, Unmanaged.passUnretained(source).toOpaque())
        guard result >= 0 else { throw SystemCallError("sd_event_add_io", errno: -result) }
        unsafe source.adopt(handle)
        return source
    }

    /// Runs `action` on the loop for each delivery of the signal, which is blocked from now on.
    func onSignal(_ signal: CInt, _ action: @escaping () -> Void) throws(SystemCallError) -> Source {
        ThisProcess.block(signal: signal)
        let source = Source(action: action)
        var handle: OpaquePointer?
        let result = unsafe sd_event_add_signal(
            self.event, &handle, signal,
            { _, _, owner in
                unsafe run(owner)
                return 0
            }, Unmanaged.passUnretained(source).toOpaque())
        guard result >= 0 else { throw SystemCallError("sd_event_add_signal", errno: -result) }
        unsafe source.adopt(handle)
        return source
    }

    /// One pass: waits for something, or until `wake`, and runs the actions of what has happened.
    func runPass(until wake: Instant) throws(SystemCallError) {
        try self.setAlarm(wake)
        let result = unsafe sd_event_run(self.event, .max)
        guard result >= 0 || result == -EINTR else { throw SystemCallError("sd_event_run", errno: -result) }
        self.killed.removeAll { reaped($0) != nil }
    }

    /// Kills a child whose end nobody waits for, and reaps it in one of the next passes.
    func kill(_ child: ChildProcess) {
        child.send(signal: ChildSignal.kill)
        self.killed.append(child)
    }

    /// Before this image ends, which is the last that knows of them. Blocks for as long as the kernel takes to end what was killed, at
    /// most `limit` for each.
    func reapKilled(within limit: Duration) {
        for child in self.killed { do throws(SystemCallError) { _ = try child.wait(limit) } catch {} }
        self.killed = []
    }

    /// Runs what has happened already, without waiting for more.
    func settle() throws(SystemCallError) {
        while true {
            let result = unsafe sd_event_run(self.event, 0)
            if result == 0 { return }
            guard result > 0 || result == -EINTR else { throw SystemCallError("sd_event_run", errno: -result) }
        }
    }

    /// An alarm is kept at 1 ms; sd-event's own would be 250 ms.
    private func setAlarm(_ wake: Instant) throws(SystemCallError) {
        guard wake != .distantFuture else {
            self.alarm?.disarm()
            return
        }
        let microseconds = UInt64(max(1, (wake.nanoseconds + 999) / 1000))
        if let alarm = self.alarm { return alarm.rearm(at: microseconds) }
        let source = Source {}
        var handle: OpaquePointer?
        let result = unsafe sd_event_add_time(
            self.event, &handle, CLOCK_MONOTONIC, microseconds, 1000, { _, _, _ in 0 }, nil)
        guard result >= 0 else { throw SystemCallError("sd_event_add_time", errno: -result) }
        unsafe source.adopt(handle)
        self.alarm = source
    }
}

/// Turns a callback's pointer back into its source, which its owner may let go during the action.
@unsafe private func run(_ owner: UnsafeMutableRawPointer?) {
    guard let owner = unsafe owner else { return }
    let source = unsafe Unmanaged<ServiceLoop.Source>.fromOpaque(owner).takeUnretainedValue()
    source.action()
}
