internal import Glibc
internal import Platform

/// Performs what is asked on the control socket. Called on the loop.
protocol ControlHandler: AnyObject {
    /// `client` waits until it gets `finish` or `send(object:)`, now or later; who waits may be gone by then, which does no harm.
    func handle(_ command: ControlCommand, from client: ControlClient)
}

/// Why there is no control socket, in words.
struct ControlSocketFailure: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// The local socket on which `kt gateway status`, `reload` and the like ask: one line in, JSON lines out.
final class ControlSocket {
    static let fileName = "control.sock"
    static let clientsMax = 32
    /// sun_path holds 108 bytes with its final zero (unix(7)).
    static let pathBytesMax = 107
    /// After the system had no descriptor or memory for another client.
    private static let exhaustionPause = Duration.seconds(1)

    let path: String
    /// Open clients, in the order of their coming.
    private(set) var clients: [ControlClient] = []
    private let socket: OwnedDescriptor
    private let loop: ServiceLoop
    private weak var handler: (any ControlHandler)?
    private var source: ServiceLoop.Source?
    private var resumeAt: Instant?

    /// In the service manager's runtime directory, the first where several are named (systemd.exec(5)), else in the state directory.
    static func path(runtimeDirectory: String?, stateDirectory: String) -> String {
        let first = runtimeDirectory.map { String($0.prefix { $0 != ":" }) } ?? ""
        return (first.isEmpty ? stateDirectory : first) + "/" + Self.fileName
    }

    /// Listens at `path`, in place of a socket that nobody listens on any more. `handler` is held weakly.
    init(path: String, on loop: ServiceLoop, handler: any ControlHandler) throws(ControlSocketFailure) {
        guard path.utf8.count <= Self.pathBytesMax else {
            throw ControlSocketFailure(
                description: "the path of the control socket has \(path.utf8.count) bytes and may have \(Self.pathBytesMax): \(path); "
                    + "use a shorter --state-dir")
        }
        self.path = path
        self.loop = loop
        self.handler = handler
        do throws(SystemCallError) {
            self.socket = try ListeningSocket.bind(.unix(path: path), sharesPort: false)
            try ListeningSocket.listen(self.socket)
            try self.watch()
        } catch {
            let words =
                switch error.errno {
                case EADDRINUSE: "another gateway listens there"
                case EEXIST: "there is a file of that name that is no socket"
                default: error.description
                }
            throw ControlSocketFailure(description: "cannot listen on \(path): \(words)")
        }
    }

    /// The listening socket of the image before us; its clients follow by `adopt`.
    init(
        adopting socket: consuming OwnedDescriptor, path: String, on loop: ServiceLoop, handler: any ControlHandler
    ) throws(SystemCallError) {
        self.path = path
        self.loop = loop
        self.handler = handler
        self.socket = socket
        try self.watch()
    }

    private func watch() throws(SystemCallError) {
        self.source = try self.loop.onReadable(self.socket.rawNumber) { [weak self] in self?.accept(at: Instant.now()) }
    }

    /// Lent, for handing it over.
    var rawNumber: CInt { self.socket.rawNumber }

    /// Takes a client over that waits.
    func adopt(_ client: ControlClient) throws(SystemCallError) {
        try client.watch(on: self.loop, asked: { _ in })
        self.clients.append(client)
    }

    /// Those whose command is being worked on.
    var waitingClients: [ControlClient] { self.clients.filter { $0.state == .waiting } }

    private func accept(at now: Instant) {
        self.clients.removeAll { $0.isClosed }
        while true {
            var peer = StreamSocket.Peer()
            do throws(StreamSocket.AcceptFailure) {
                self.add(try StreamSocket.accept(self.socket.rawNumber, peer: &peer), at: now)
            } catch {
                switch error {
                case .none: return
                case .transient: continue
                case .exhausted, .failed:
                    self.source?.wait(reading: false, writing: false)
                    self.resumeAt = now + Self.exhaustionPause
                    return
                }
            }
        }
    }

    private func add(_ socket: consuming OwnedDescriptor, at now: Instant) {
        do throws(SystemCallError) {
            let peer = try PeerCredentials(of: socket.rawNumber)
            let client = ControlClient(socket, peer: peer, at: now)
            guard self.clients.count < Self.clientsMax else {
                return client.finish(exit: 1, message: "\(Self.clientsMax) others are asking; try again")
            }
            try client.watch(on: self.loop) { [weak self] client in self?.heed(client) }
            self.clients.append(client)
        } catch {
            // It sees the end of its connection.
        }
    }

    private func heed(_ client: ControlClient) {
        guard let command = client.command else { return }
        guard command.isAllowed(to: client.peer, ownUser: ThisProcess.userID) else {
            return client.finish(exit: 1, message: "only root and the gateway's own user may ask for \(command.rawValue)")
        }
        guard let handler = self.handler else { return client.finish(exit: 1, message: "the gateway is ending") }
        handler.handle(command, from: client)
    }

    /// Lets go of who is done or too slow. To be called at the end of each pass.
    func tend(at now: Instant) {
        for client in self.clients { client.timePassed(at: now) }
        self.clients.removeAll { $0.isClosed }
        if let resume = self.resumeAt, resume <= now {
            self.resumeAt = nil
            self.source?.wait(reading: true, writing: false)
        }
    }

    var nextWake: Instant { self.clients.reduce(self.resumeAt ?? .distantFuture) { min($0, $1.nextWake) } }

    /// Nobody can ask any more; who waits gets what has been said so far.
    func close() {
        self.source?.cancel()
        Files.remove(self.path)
        for client in self.clients { client.close() }
        self.clients = []
    }
}
