internal import CSystemd
internal import Platform

/// Notices to the service manager, sd_notify(3). Without one they go nowhere.
struct ServiceManager {
    var isPresent: Bool { ThisProcess.environmentValue("NOTIFY_SOCKET") != nil }

    func ready(status: String) { self.send("READY=1\nSTATUS=\(Self.oneLine(status))") }

    func status(_ text: String) { self.send("STATUS=\(Self.oneLine(text))") }

    /// Ended by `ready`, also when it failed. systemd 253 and later needs the moment to tell this reload from the one before.
    func reloading(status: String, at now: Instant) {
        self.send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=\(Self.oneLine(status))")
    }

    /// `within`: how long until the next `extendTimeout`.
    func stopping(status: String, within: Duration) {
        self.send("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(Self.microseconds(within))\nSTATUS=\(Self.oneLine(status))")
    }

    /// Grants more time than the unit's own limit for what is being done: the next notice comes within `grant`.
    func extendTimeout(by grant: Duration) { self.send("EXTEND_TIMEOUT_USEC=\(Self.microseconds(grant))") }

    func alive() { self.send("WATCHDOG=1") }

    /// Keeps a duplicate of a listening socket beyond our end, for the next start. Not polled: a socket that is readable is no reason to
    /// drop it. False when it cannot be sent; that the store is full is told to nobody.
    @discardableResult
    func store(_ descriptor: CInt, name: String) -> Bool {
        let numbers = [descriptor]
        return unsafe sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", numbers, CUnsignedInt(numbers.count)) >= 0
    }

    /// Lets go of all that is stored under this name.
    func removeStored(name: String) { self.send("FDSTOREREMOVE=1\nFDNAME=\(name)") }

    /// Blocks until all notices so far have been read, at most for `timeout`, which is cut to 1 s; descriptors that were sent and not yet
    /// read would be lost with our end. True at once without a service manager.
    func waitUntilHeard(_ timeout: Duration) -> Bool {
        sd_notify_barrier(0, UInt64(Self.microseconds(min(timeout, .seconds(1))))) >= 0
    }

    private func send(_ notice: String) { _ = unsafe sd_notify(0, notice) }

    private static func microseconds(_ duration: Duration) -> Int64 { max(0, duration.nanoseconds / 1000) }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
