internal import Platform
internal import Settings

/// The listening sockets of one address, one for each index, held as long as the address is served.
///
/// The order of `listen` is the index in the kernel's group, and a socket that closes would move another into its place: sockets are
/// only ever added at the end. One that a worker left keeps its queue, so what was connected there waits for the successor.
final class ListenerGroup {
    fileprivate final class Held {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }

    /// Sockets that are bound and do not listen yet: nobody notices when they are let go.
    struct Additions {
        fileprivate var sockets: [Held]
        var isEmpty: Bool { self.sockets.isEmpty }
    }

    /// As it was asked for, by which a later configuration finds it again; port 0 stays 0.
    let requested: ListenAddress
    /// With the real port.
    let address: ListenAddress
    private var sockets: [Held] = []
    /// Workers accept from the same sockets: a local one, or those of the service manager that none can be added to.
    private(set) var isShared: Bool
    /// A socket unit holds the sockets too, before us and after us: they are neither closed to newcomers nor is their name taken away.
    let belongsToManager: Bool
    /// What the kernel was last told; nil: its own choice.
    private(set) var steeredTo: [Int]?

    /// Binds all before the first listens. `besideOurs`: another socket of this gateway may have the port, so that it being taken is no
    /// error. `listening` false: `listen` follows.
    init(_ address: ListenAddress, count: Int, besideOurs: Bool = false, listening: Bool = true) throws(SystemCallError) {
        self.requested = address
        self.belongsToManager = false
        switch address {
        case .tcp(let host, let port):
            if !besideOurs { try ListeningSocket.checkFree(.tcp(host: host, port: port)) }
            let first = try ListeningSocket.bind(.tcp(host: host, port: port), sharesPort: true)
            self.address = .tcp(host: host, port: try ListeningSocket.port(of: first))
            self.isShared = false
            self.sockets = [Held(first)]
            self.sockets += try self.additions(to: count).sockets
        case .unix(let path):
            // The kernel shares no local path among sockets.
            self.sockets = [Held(try ListeningSocket.bind(.unix(path: path), sharesPort: false))]
            self.address = address
            self.isShared = true
        }
        if listening { try self.listen() }
    }

    /// For the sockets of a group that was made without.
    func listen() throws(SystemCallError) {
        for socket in self.sockets { try ListeningSocket.listen(socket.descriptor) }
    }

    /// Takes over sockets that listen already, in the order of their indices; they are closed with the group. `address` has the real port.
    ///
    /// A single TCP socket that does not share its port serves all workers.
    init(
        adopting descriptors: [CInt], requested: ListenAddress, address: ListenAddress, steeredTo: [Int]? = nil,
        belongsToManager: Bool = false
    ) {
        precondition(!descriptors.isEmpty, "an address has a socket")
        self.requested = requested
        self.address = address
        self.sockets = descriptors.map { Held(OwnedDescriptor(adopting: $0)) }
        self.steeredTo = steeredTo
        self.belongsToManager = belongsToManager
        switch address {
        case .unix: self.isShared = true
        case .tcp: self.isShared = !ListeningSocket.sharesPort(self.sockets[0].descriptor)
        }
    }

    /// What is missing to `count`, bound. Fails as a whole, and nothing has changed then.
    func additions(to count: Int) throws(SystemCallError) -> Additions {
        var additions = Additions(sockets: [])
        guard !self.isShared else { return additions }
        while self.sockets.count + additions.sockets.count < count {
            additions.sockets.append(Held(try ListeningSocket.bind(self.place, sharesPort: true)))
        }
        return additions
    }

    /// They listen from now on; when one cannot, those before it stay, as their places in the order are taken. Who has been steered
    /// somewhere is not steered to them.
    func add(_ additions: Additions) throws(SystemCallError) {
        for socket in additions.sockets {
            try ListeningSocket.listen(socket.descriptor)
            self.sockets.append(socket)
        }
    }

    /// Adds sockets until there are `count`; they listen at once.
    func grow(to count: Int) throws(SystemCallError) { try self.add(try self.additions(to: count)) }

    /// It stays as it is, and all workers share what there is.
    func share() {
        self.isShared = true
        guard self.steeredTo != nil else { return }
        self.steeredTo = nil
        // Each socket has a worker, so what the kernel goes on doing is not wrong either.
        do throws(SystemCallError) { try PortSteering.release(self.socket(of: 0)) } catch {}
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
    func socket(of index: Int) -> CInt { self.sockets[index % self.sockets.count].descriptor.rawNumber }

    /// For a sibling that adopts the index: nil where everybody has the socket already, or there is none.
    func ownSocket(of index: Int) -> CInt? {
        guard !self.isShared || self.sockets.count > 1, index < self.sockets.count else { return nil }
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
        // Of a shared one, others than the worker of this index may be the ones to be quick.
        self.isShared ? nil : self.ownSocket(of: index).flatMap { ListeningSocket.queue(of: $0) }
    }

    /// Nobody may begin to connect any more: the address is to be closed.
    func turnAway() {
        // Whoever has the socket after us would never hear of anybody.
        guard !self.belongsToManager else { return }
        self.unlink()
        guard case .tcp = self.address else { return }
        for socket in self.sockets {
            // Without the filter who connects in the last moment is reset instead of refused.
            do throws(SystemCallError) { try ListeningSocket.turnAway(socket.descriptor.rawNumber) } catch {}
        }
    }

    /// It can be taken back while it is to be closed; the name of a local socket is gone by then.
    var canReopen: Bool { if case .tcp = self.address { !self.sockets.isEmpty } else { false } }

    /// Newcomers are welcome again at an address that was to be closed and is wanted after all.
    func letIn() throws(SystemCallError) {
        guard case .tcp = self.address else { return }
        for socket in self.sockets { try ListeningSocket.letIn(socket.descriptor.rawNumber) }
    }

    /// Closes our descriptors; workers that have theirs go on. Nothing else may be asked of the group afterwards.
    func close() { self.sockets = [] }

    /// Takes the name of a local socket away, so that nobody connects to one that ends.
    func unlink() {
        if case .unix(let path) = self.address, !self.belongsToManager { Files.remove(path) }
    }
}
