internal import CPlatform

/// A moment on the monotonic clock, in nanoseconds since an arbitrary start. Halts while the machine sleeps.
public struct Instant: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Reads the clock. Only edges call this; inner code is handed an instant.
    public static func now() -> Instant { Instant(nanoseconds: kt_monotonic_nanoseconds()) }

    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    /// Saturates: an instant may come from another process's memory.
    public static func + (a: Instant, b: Duration) -> Instant {
        let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
        return Instant(nanoseconds: overflow ? (b < .zero ? .min : .max) : sum)
    }
    /// Saturates.
    public static func - (a: Instant, b: Instant) -> Duration {
        let (difference, overflow) = a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)
        return .nanoseconds(overflow ? (a < b ? .min : .max) : difference)
    }

    /// For deadlines that move with every event: no 128-bit arithmetic.
    public func advanced(nanoseconds: Int64) -> Instant { Instant(nanoseconds: self.nanoseconds &+ nanoseconds) }

    public static let distantFuture = Instant(nanoseconds: .max)
}

extension Duration {
    /// Whole nanoseconds; saturates beyond 292 years.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, isBeyond) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isBeyond ? (seconds < 0 ? .min : .max) : sum
    }
}
