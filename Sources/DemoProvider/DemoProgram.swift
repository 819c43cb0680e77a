internal import Platform
internal import Server

/// The program `kt-demo`: one loop that serves the demo provider until it is ended by a signal.
public enum DemoProgram {
    static let usage = """
        usage: kt-demo --listen ADDRESS:PORT    listen there; port 0: any. Prints "listening on ADDRESS:PORT".
               kt-demo --descriptor NUMBER      serve on an inherited listening socket; without arguments it is 3.
                                                Ends when the socket or pipe at standard input closes.
        Answers like an OpenAI-compatible provider; docs/demo-provider.md tells its modes.
        """

    /// Where the program finds its clients.
    enum Source: Equatable {
        case address(host: String, port: UInt16)
        case descriptor(CInt)

        /// Reads the arguments after the program's name.
        init?(_ arguments: [String]) {
            if arguments.isEmpty {
                self = .descriptor(3)
                return
            }
            guard arguments.count == 2 else { return nil }
            switch arguments[0] {
            case "--descriptor":
                guard let number = CInt(arguments[1]), number >= 0 else { return nil }
                self = .descriptor(number)
            case "--listen":
                guard let colon = arguments[1].lastIndex(of: ":"), let port = UInt16(arguments[1][arguments[1].index(after: colon)...])
                else { return nil }
                self = .address(host: String(arguments[1][..<colon]), port: port)
            default: return nil
            }
        }
    }

    /// Serves; returns only to say with which code to exit.
    public static func run(_ arguments: [String]) -> CInt {
        guard let source = Source(arguments) else {
            Self.write(Self.usage, to: 2)
            return 2
        }
        do throws(SystemCallError) {
            let socket = try Self.socket(source)
            if case .address(let host, _) = source { Self.write("listening on \(host):\(try ListeningSocket.port(of: socket))", to: 1) }
            let loop = try EventLoop()
            let host = DemoHost(loop: loop)
            let provider = DemoProvider(clock: host)
            let server = HTTPServer(loop: loop, limits: Self.limits, tls: nil, handler: provider)
            host.server = server
            try server.listen(on: socket)
            let lifeline = Lifeline(loop)
            if case .descriptor = source { lifeline.start() }
            loop.run()
            return 0
        } catch {
            Self.write("kt-demo: \(error)", to: 2)
            return 1
        }
    }

    /// The listening socket. An inherited one is looked at before anything else is opened, which might get its number.
    private static func socket(_ source: Source) throws(SystemCallError) -> OwnedDescriptor {
        switch source {
        case .descriptor(let number):
            let socket = OwnedDescriptor(adopting: number)
            _ = try ListeningSocket.port(of: socket)
            return socket
        case .address(let host, let port):
            let socket = try ListeningSocket.bind(.tcp(host: host, port: port), sharesPort: false)
            try ListeningSocket.listen(socket)
            return socket
        }
    }

    /// One line with one write: a reader at the other end of a pipe sees it at once. That nobody reads it is no reason to stop.
    private static func write(_ text: String, to descriptor: CInt) { try? Files.write(Array((text + "\n").utf8), to: descriptor) }

    /// Generous: what is refused shall be refused by the gateway in front.
    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.headBytesMax = 64 * 1024
        limits.bodyBytesMax = 64 * 1024 * 1024
        limits.connectionsMax = 65_536
        limits.connectionsPerAddressMax = 65_536
        limits.idleTimeout = .seconds(3600)
        limits.writeStallTimeout = .seconds(3600)
        return limits
    }
}

/// Stops the loop when the far end of standard input closes: the process that started us is gone.
private final class Lifeline: ReadinessHandler {
    private let loop: EventLoop
    private var watch = EventLoop.Watch.none

    init(_ loop: EventLoop) { self.loop = loop }

    /// Standard input that cannot be watched, such as /dev/null, is no lifeline.
    func start() {
        do { self.watch = try self.loop.watch(0, for: .peerClosed, handler: self) } catch { self.watch = .none }
    }

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        self.loop.unwatch(self.watch)
        self.loop.stop()
    }
}

/// Shows the loop and the server to the provider.
private final class DemoHost: DemoClock {
    private let loop: EventLoop
    weak var server: HTTPServer?

    init(loop: EventLoop) { self.loop = loop }

    var now: Instant { self.loop.now }
    var connectionCounts: (accepted: Int, open: Int) { (Int(self.server?.acceptedCount ?? 0), self.server?.connectionCount ?? 0) }

    func schedule(after delay: Duration, handler: any TimerHandler) -> EventLoop.Timer {
        self.loop.schedule(at: self.loop.now + delay, handler: handler)
    }
    func cancel(_ timer: EventLoop.Timer) { self.loop.cancel(timer) }
    func deferToPassEnd(_ action: @escaping () -> Void) { self.loop.deferToPassEnd(action) }
}
