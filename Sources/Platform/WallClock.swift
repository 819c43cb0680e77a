internal import CPlatform

/// The time of day, which may jump. For dates that people read; never for deadlines.
public enum WallClock {
    /// Nanoseconds since 1970, UTC.
    public static func nanoseconds() -> Int64 { kt_realtime_nanoseconds() }
}
