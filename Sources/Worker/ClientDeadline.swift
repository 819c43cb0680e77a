internal import HTTP

/// What a client's SDK tells about its own patience.
enum ClientDeadline {
    /// The client's read time-out in seconds bounds all attempts (`x-stainless-read-timeout`, else `x-stainless-timeout`).
    static func ageMax(of head: RequestHead) -> Duration? {
        for name in ["x-stainless-read-timeout", "x-stainless-timeout"] as [StaticString] {
            guard let value = head.headerBytes(name), let seconds = Double(String(decoding: value, as: UTF8.self)), seconds > 0, seconds < 86_400
            else { continue }
            return .microseconds(Int64(seconds * 1_000_000))
        }
        return nil
    }

    /// The SDK is repeating a request already.
    static func isRetry(_ head: RequestHead) -> Bool {
        guard let value = head.headerBytes("x-stainless-retry-count") else { return false }
        return value != [0x30]
    }
}
