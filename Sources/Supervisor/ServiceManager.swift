internal import CSystemd
internal import Platform

/// Notices to the service manager, sd_notify(3). Without one they go nowhere.
struct ServiceManager {
    func ready(status: String) { self.send("READY=1\nSTATUS=\(Self.oneLine(status))") }

    func status(_ text: String) { self.send("STATUS=\(Self.oneLine(text))") }

    /// A reload begins; `ready` says that it is over, good or bad.
    func reloading(status: String, at now: Instant) {
        self.send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=\(Self.oneLine(status))")
    }

    /// `within`: how long the end may take; longer than the unit's own limit is granted by this.
    func stopping(status: String, within: Duration) {
        let microseconds = within.components.seconds * 1_000_000
        self.send("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(microseconds)\nSTATUS=\(Self.oneLine(status))")
    }

    func alive() { self.send("WATCHDOG=1") }

    private func send(_ notice: String) { _ = unsafe sd_notify(0, notice) }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
