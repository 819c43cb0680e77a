internal import Platform
internal import Settings

/// The listening sockets of one address, one for each slot, held for the supervisor's whole life.
///
/// A socket that a worker left keeps its queue, so what was connected there waits for the successor.
final class ListenerGroup {
    private final class Held {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }

    /// With the real port.
    let address: ListenAddress
    private let sockets: [Held]
    private let slotCount: Int

    /// Binds for all slots before the first listens: the order of `listen` is the slot's place in the kernel's group.
    init(_ address: ListenAddress, slotCount: Int) throws(SystemCallError) {
        var held: [Held] = []
        switch address {
        case .tcp(let host, var port):
            try ListeningSocket.checkFree(.tcp(host: host, port: port))
            for _ in 0..<slotCount {
                let socket = try ListeningSocket.bind(.tcp(host: host, port: port), sharesPort: true)
                port = try ListeningSocket.port(of: socket)
                held.append(Held(socket))
            }
            self.address = .tcp(host: host, port: port)
        case .unix(let path):
            // The kernel shares no local path among sockets; all workers accept from the one.
            held.append(Held(try ListeningSocket.bind(.unix(path: path), sharesPort: false)))
            self.address = address
        }
        for socket in held { try ListeningSocket.listen(socket.descriptor) }
        self.sockets = held
        self.slotCount = slotCount
    }

    var place: SocketPlace {
        switch self.address {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    /// Lent: valid as long as the group.
    func socket(of slot: Int) -> CInt { self.sockets[self.sockets.count == 1 ? 0 : slot].descriptor.rawNumber }

    func steer(to slots: [Int]) throws(SystemCallError) {
        guard self.sockets.count > 1 else { return }
        if slots.count == self.slotCount {
            try PortSteering.release(self.socket(of: 0))
        } else {
            try PortSteering.steer(self.socket(of: 0), to: slots)
        }
    }

    /// Takes the name of a local socket away, so that nobody connects to one that ends.
    func unlink() {
        if case .unix(let path) = self.address { Files.remove(path) }
    }
}
