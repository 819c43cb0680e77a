internal import Platform
internal import Settings

/// The listening sockets of one address, one for each index, held as long as the address is served.
///
/// The order of `listen` is the index in the kernel's group, and a socket that closes would move another into its place: sockets are
/// only ever added at the end. One that a worker left keeps its queue, so what was connected there waits for the successor.
final class ListenerGroup {
    private final class Held {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }

    /// As it was asked for, by which a later configuration finds it again; port 0 stays 0.
    let requested: ListenAddress
    /// With the real port.
    let address: ListenAddress
    private var sockets: [Held] = []
    /// There is one socket, and all workers accept from it: a local one, or one that came alone from the service manager.
    let isShared: Bool
    /// What the kernel was last told; nil: its own choice.
    private(set) var steeredTo: [Int]?

    /// Binds all before the first listens. `besideOurs`: another socket of this gateway may have the port, so that it being taken is no error.
    init(_ address: ListenAddress, count: Int, besideOurs: Bool = false) throws(SystemCallError) {
        self.requested = address
        switch address {
        case .tcp(let host, let port):
            if !besideOurs { try ListeningSocket.checkFree(.tcp(host: host, port: port)) }
            let first = try ListeningSocket.bind(.tcp(host: host, port: port), sharesPort: true)
            self.address = .tcp(host: host, port: try ListeningSocket.port(of: first))
            self.isShared = false
            self.sockets = [Held(first)]
            try self.grow(to: count, listening: false)
        case .unix(let path):
            // The kernel shares no local path among sockets.
            self.sockets = [Held(try ListeningSocket.bind(.unix(path: path), sharesPort: false))]
            self.address = address
            self.isShared = true
        }
        for socket in self.sockets { try ListeningSocket.listen(socket.descriptor) }
    }

    /// Takes over sockets that listen already, in the order of their indices; they are closed with the group. `address` has the real port.
    ///
    /// A single TCP socket that does not share its port serves all workers.
    init(adopting descriptors: [CInt], requested: ListenAddress, address: ListenAddress, steeredTo: [Int]? = nil) {
        precondition(!descriptors.isEmpty, "an address has a socket")
        self.requested = requested
        self.address = address
        self.sockets = descriptors.map { Held(OwnedDescriptor(adopting: $0)) }
        self.steeredTo = steeredTo
        switch address {
        case .unix: self.isShared = true
        case .tcp: self.isShared = !ListeningSocket.sharesPort(self.sockets[0].descriptor)
        }
    }

    /// Adds sockets until there are `count`; they listen at once. Who has been steered somewhere is not steered to them.
    func grow(to count: Int) throws(SystemCallError) { try self.grow(to: count, listening: true) }

    private func grow(to count: Int, listening: Bool) throws(SystemCallError) {
        guard !self.isShared, count > self.sockets.count else { return }
        var added: [Held] = []
        while self.sockets.count + added.count < count {
            added.append(Held(try ListeningSocket.bind(self.place, sharesPort: true)))
        }
        if listening {
            // Listening cannot be undone without a gap in the order, so all that can fail has come before.
            for socket in added { try ListeningSocket.listen(socket.descriptor) }
        }
        self.sockets += added
    }

    var place: SocketPlace {
        switch self.address {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    /// How many indices have a socket here.
    var count: Int { self.sockets.count }

    /// For the worker whose slot has this index. Lent: valid as long as the group.
    func socket(of index: Int) -> CInt { self.sockets[self.isShared ? 0 : index].descriptor.rawNumber }

    /// For a sibling that adopts the index: nil where it has the socket already, or there is none.
    func ownSocket(of index: Int) -> CInt? {
        guard !self.isShared, index < self.sockets.count else { return nil }
        return self.sockets[index].descriptor.rawNumber
    }

    /// All of them, by index. Lent.
    var allSockets: [CInt] { self.sockets.map { $0.descriptor.rawNumber } }

    /// Tells the kernel which indices get new connections. Before a growth, so that the new sockets get none until they are served.
    /// `isExclusive` false: these are all there are, and the kernel may choose by itself.
    func steer(to indices: [Int], isExclusive: Bool) throws(SystemCallError) {
        let mine = indices.filter { $0 < self.sockets.count }
        guard !self.isShared, !mine.isEmpty else { return }
        let wanted = isExclusive || mine.count < self.sockets.count ? mine : nil
        guard wanted != self.steeredTo else { return }
        if let wanted {
            try PortSteering.steer(self.socket(of: 0), to: wanted)
        } else {
            try PortSteering.release(self.socket(of: 0))
        }
        self.steeredTo = wanted
    }

    /// Connections that wait at an index, and how many may; nil where the kernel does not say.
    func queue(of index: Int) -> (waiting: Int, limit: Int)? {
        self.ownSocket(of: index).flatMap { ListeningSocket.queue(of: $0) }
    }

    /// Nobody may begin to connect any more: the address is to be closed.
    func turnAway() {
        self.unlink()
        guard case .tcp = self.address else { return }
        for socket in self.sockets {
            // Without the filter who connects in the last moment is reset instead of refused.
            do throws(SystemCallError) { try ListeningSocket.turnAway(socket.descriptor.rawNumber) } catch {}
        }
    }

    /// Closes our descriptors; workers that have theirs go on. Nothing else may be asked of the group afterwards.
    func close() { self.sockets = [] }

    /// Takes the name of a local socket away, so that nobody connects to one that ends.
    func unlink() {
        if case .unix(let path) = self.address { Files.remove(path) }
    }
}
