internal import Glibc

/// A file descriptor this process owns and closes exactly once.
public struct OwnedDescriptor: ~Copyable, Sendable {
    private let number: CInt

    /// Takes over `number`, which must be open and owned by nobody else.
    public init(adopting number: CInt) {
        precondition(number >= 0, "adopting a descriptor that is not open")
        self.number = number
    }

    deinit { _ = Glibc.close(self.number) }

    /// Lends the number for one call; `body` must not keep it beyond the life of this value.
    public borrowing func withNumber<R, E>(_ body: (CInt) throws(E) -> R) throws(E) -> R { try body(self.number) }

    /// The number itself, for registering with a loop that is told before this value ends.
    public var rawNumber: CInt { self.number }

    /// Gives the number away; the receiver closes it.
    public consuming func release() -> CInt {
        let number = self.number
        discard self
        return number
    }
}

/// A system call that failed: which one, and the `errno` it left.
public struct SystemCallError: Error, Sendable, Equatable, CustomStringConvertible {
    public let call: StaticStringName
    public let errno: CInt

    public init(_ call: StaticStringName, errno: CInt) {
        self.call = call
        self.errno = errno
    }

    public var description: String {
        let text = unsafe Glibc.strerror(self.errno)
        return "\(self.call): \(unsafe text.map { unsafe String(cString: $0) } ?? "error \(self.errno)")"
    }
}

/// The name of a system call.
public typealias StaticStringName = String
