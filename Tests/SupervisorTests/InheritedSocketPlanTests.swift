import Platform
import Settings
import Testing

@testable import Supervisor

@Suite("Stored socket name")
struct StoredSocketNameTests {
    @Test(arguments: ["127.0.0.1:41002", "[::]:1", "localhost:9", "unix:/run/ä b.sock"])
    func `it comes back as it went`(text: String) throws {
        let address = try #require(ListenAddress(text))
        let name = StoredSocketName(address, index: 12).description
        #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") })
        #expect(StoredSocketName(name) == StoredSocketName(address, index: 12))
    }

    @Test func `the longest path fits into the store's names`() throws {
        let address = try #require(ListenAddress("unix:/" + String(repeating: "a", count: 106)))
        #expect(StoredSocketName(address, index: StoredSocketName.indexMax).description.utf8.count <= 255)
    }

    @Test func `its form is fixed`() throws {
        let address = try #require(ListenAddress("0.0.0.0:80"))
        #expect(StoredSocketName(address, index: 0).description == "kt-302e302e302e303a3830-0")
    }

    @Test(
        arguments: [
            "", "keeptrusts.socket", "kt-302e302e302e303a3830", "kt-302e302e302e303a3830-", "kt-302e302e302e303a3830-01", "kt-302-0",
            "kt-zz-0", "kt--0", "kt-302e302e302e303a3830--1", "kt-302E302E302E303A3830-0", "kt-302e302e302e303a3830-4096", "kt-ff-0",
        ])
    func `another name is not ours`(name: String) { #expect(StoredSocketName(name) == nil) }
}

@Suite("Inherited socket plan")
struct InheritedSocketPlanTests {
    private typealias Plan = InheritedSocketPlan

    private let web = ListenAddress.tcp(host: "0.0.0.0", port: 80)
    private let local = ListenAddress.unix(path: "/run/x.sock")

    private func offer(
        _ descriptor: CInt, _ name: String, _ place: SocketPlace?, sharesPort: Bool = true, isListening: Bool = true, isStream: Bool = true
    ) -> Plan.Offer {
        Plan.Offer(
            descriptor: descriptor, name: name,
            facts: SocketFacts(place: place, isStream: isStream, isListening: isListening, sharesPort: sharesPort))
    }

    private func stored(_ descriptor: CInt, _ address: ListenAddress, _ index: Int) -> Plan.Offer {
        let place: SocketPlace =
            switch address {
            case .tcp(let host, let port): .tcp(host: host, port: port)
            case .unix(let path): .unix(path: path)
            }
        return self.offer(descriptor, StoredSocketName(address, index: index).description, place)
    }

    @Test func `stored sockets return to their index, whatever order they come in`() {
        let plan = Plan([self.stored(5, self.web, 2), self.stored(4, self.web, 0), self.stored(3, self.web, 1)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [4, 3, 5], isShared: false)])
        #expect(plan.leftovers.isEmpty)
    }

    @Test func `a single stored socket can get siblings again`() {
        let plan = Plan([self.stored(3, self.web, 0)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [3], isShared: false)])
    }

    @Test func `behind a gap nothing is taken`() {
        let plan = Plan([self.stored(3, self.web, 0), self.stored(4, self.web, 2)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [3], isShared: false)])
        #expect(plan.leftovers.map(\.descriptor) == [4])
        #expect(plan.leftovers.map(\.reason) == ["sockets of a lower index are missing"])
    }

    @Test func `a socket unit's own are told by their address and keep their order`() {
        let place = SocketPlace.tcp(host: "0.0.0.0", port: 80)
        let plan = Plan([self.offer(3, "k.socket", place), self.offer(4, "k.socket", place)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [3, 4], isShared: false, belongsToManager: true)])
    }

    @Test func `a single socket of a unit serves all indices`() {
        let plan = Plan([self.offer(3, "k.socket", .tcp(host: "0.0.0.0", port: 80), sharesPort: false)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [3], isShared: true, belongsToManager: true)])
    }

    @Test func `a socket unit goes before the store`() {
        let place = SocketPlace.tcp(host: "0.0.0.0", port: 80)
        let plan = Plan([self.stored(3, self.web, 0), self.offer(4, "k.socket", place)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [4], isShared: false, belongsToManager: true)])
        #expect(plan.leftovers.map(\.reason) == ["the socket unit has passed its own"])
    }

    @Test func `sockets that share no port are no group`() {
        let place = SocketPlace.tcp(host: "0.0.0.0", port: 80)
        let plan = Plan([self.offer(3, "a", place), self.offer(4, "b", place, sharesPort: false)], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [4], isShared: true, belongsToManager: true)])
        #expect(plan.leftovers.map(\.descriptor) == [3])
    }

    @Test func `a local socket is one for all`() {
        let plan = Plan([self.stored(3, self.local, 0), self.stored(4, self.local, 1)], wanted: [self.web, self.local])
        #expect(plan.groups == [.init(address: self.local, descriptors: [3], isShared: true)])
        #expect(plan.leftovers.map(\.descriptor) == [4])
    }

    @Test func `an address is the same in other words`() {
        let (name, long) = (ListenAddress.tcp(host: "localhost", port: 5), ListenAddress.tcp(host: "0:0:0:0:0:0:0:1", port: 5))
        let plan = Plan(
            [self.offer(3, "a", .tcp(host: "127.0.0.1", port: 5)), self.offer(4, "b", .tcp(host: "::1", port: 5))], wanted: [name, long])
        #expect(plan.groups.map(\.address) == [name, long])
    }

    @Test func `what nobody asked for, or is not what it says, is left over`() {
        let other = ListenAddress.tcp(host: "0.0.0.0", port: 81)
        let place = SocketPlace.tcp(host: "0.0.0.0", port: 80)
        let plan = Plan(
            [
                self.stored(3, other, 0), self.offer(4, "a", nil), self.offer(5, "b", place, isListening: false),
                self.offer(6, "c", place, isStream: false), self.offer(7, StoredSocketName(other, index: 0).description, place),
                self.stored(8, self.web, 0), self.stored(9, self.web, 0),
            ], wanted: [self.web])
        #expect(plan.groups == [.init(address: self.web, descriptors: [8], isShared: false)])
        #expect(
            plan.leftovers.map(\.reason) == [
                "its address is not configured", "it is no socket of a known kind", "it is no listening stream socket",
                "it is no listening stream socket", "it is not what its name says", "it is not what its name says",
            ])
        #expect(plan.leftovers.map(\.descriptor) == [3, 4, 5, 6, 7, 9])
    }

    @Test func `a port that is to be chosen takes no socket of another life`() {
        let any = ListenAddress.tcp(host: "0.0.0.0", port: 0)
        #expect(Plan([self.stored(3, self.web, 0)], wanted: [any]).groups.isEmpty)
    }

    @Test func `nothing passed, nothing planned`() { #expect(Plan([], wanted: [self.web]) == Plan([], wanted: [])) }
}
