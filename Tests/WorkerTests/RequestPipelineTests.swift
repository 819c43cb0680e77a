import IPC
import Platform
import Policies
import Record
import Settings
import Testing

@testable import Worker

@Suite("Request pipeline")
struct RequestPipelineTests {
    private static let words = [
        "[whole]", "[stream]", "[unfinished]", "[broken]", "[mute]", "[fault]", "[error]", "[garbage]", "[redirect]", "[reset]", "[silence]",
        "c@example.com [whole]",
    ]

    private func request(_ rig: GatewayRig, _ generator: inout SeededGenerator) throws -> RigClient {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: return try rig.ask("", body: "{\"model\":")
        case 1: return try rig.ask("", body: "")
        case 2: return try rig.ask("[whole]", token: "wrong")
        case 3: return try rig.ask("bad body")
        default: return try rig.ask(Self.words.randomElement(using: &generator) ?? "", stream: Bool.random(using: &generator))
        }
    }

    /// However a request ends, its entry is freed and it has one event under the entry's id; until then it stands in the table.
    @Test(arguments: [(1, 64), (2, 64), (3, 3)])
    func `the table holds exactly what is under way`(seed: Int, capacity: Int) throws {
        let rig = try GatewayRig(tableCapacity: capacity)
        defer { rig.end() }
        var generator = SeededGenerator(seed: UInt64(seed))
        let bad = Array("{\"model\":\"gpt\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"bad body\"}]}".utf8)
        rig.gateway.quarantine.apply(
            .quarantine(
                .init(
                    fingerprint: rig.gateway.fingerprinter.fingerprint(of: bad.span), policy: "pii-detector", remainingMilliseconds: 600_000)),
            at: Instant.now())
        var asked = 0
        var entered: Set<UInt64> = []
        for round in 0..<12 {
            var clients = [try rig.ask("[silence]")]
            for _ in 0..<Int.random(in: 1...12, using: &generator) { clients.append(try self.request(rig, &generator)) }
            let before = rig.gateway.requests
            rig.run(clients, "all requests are taken") { rig.gateway.requests == before + UInt64(clients.count) }
            asked += clients.count
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                rig.pass(clients)
                let open = rig.region.requestsInFlight()
                entered.formUnion(open.map(\.entry.sequence))
                #expect(capacity < 64 ? open.count <= min(capacity, rig.gateway.inFlight) : open.count == rig.gateway.inFlight)
                #expect(open.allSatisfy { $0.state == .open && $0.entry.fingerprint != Fingerprint(high: 0, low: 0) })
                #expect(rig.region.flight() == nil)
            }
            for client in clients.dropFirst() where Int.random(in: 0..<4, using: &generator) == 0 { client.leave() }
            // Most of what is still open is cut, left, or in one round let come to its deadline, which takes seconds.
            if round != 5 {
                for _ in 0..<5 { rig.pass(clients) }
                if round % 2 == 0 { rig.gateway.abortAll() } else { for client in clients { client.leave() } }
            }
            rig.run(clients, "all requests end") { rig.gateway.inFlight == 0 }
            #expect(rig.region.requestsInFlight().isEmpty)
        }
        let events = try rig.events()
        #expect(events.count == asked && rig.gateway.requests == UInt64(asked))
        #expect(rig.gateway.finished + rig.gateway.aborted == UInt64(asked))
        #expect(!entered.isEmpty && rig.gateway.aborted > 0)
        #expect(rig.gateway.openStreams == 0)
    }

    @Test func `the entry says what the event would`() throws {
        let rig = try GatewayRig(tableCapacity: 8)
        defer { rig.end() }
        let client = try rig.ask("[silence]", stream: true)
        rig.run([client], "the request is with its target") { rig.region.requestsInFlight().first?.entry.target == 0 }
        let entry = try #require(rig.region.requestsInFlight().first?.entry)
        #expect(String(decoding: entry.model, as: UTF8.self) == "gpt" && entry.isStream)
        #expect(String(decoding: entry.clientAddress, as: UTF8.self) == "127.0.0.1")
        #expect(entry.endpoint == 0 && entry.bodyBytes > 0)
        client.leave()
        rig.run([client], "the request ends") { rig.gateway.inFlight == 0 }
        let event = try #require(try rig.events().first)
        let json = String(decoding: event.json, as: UTF8.self)
        #expect(json.contains("\"\(entry.eventID(slot: 1, generation: 2))\""))
        #expect(json.contains("\"\(String(decoding: entry.requestID, as: UTF8.self))\""))
        #expect(json.contains("\"client_closed\""))
    }

    @Test func `a quarantined body is refused with the policy's name, and recorded`() throws {
        let rig = try GatewayRig(tableCapacity: 8)
        defer { rig.end() }
        let body = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"[whole]\"}]}"
        let fingerprint = rig.gateway.fingerprinter.fingerprint(of: Array(body.utf8).span)
        rig.gateway.quarantine.apply(
            .quarantine(.init(fingerprint: fingerprint, policy: "pii-detector", remainingMilliseconds: 60_000)), at: rig.loop.now)
        let refused = try rig.ask("", body: body)
        let other = try rig.ask("", body: body + " ")
        rig.run([refused, other], "both are answered") { refused.isEnded && other.isEnded }
        #expect(refused.text.hasPrefix("HTTP/1.1 400 ") && refused.text.contains("\"code\":\"policy_crash_quarantined\""))
        #expect(refused.text.contains("\"type\":\"policy_violation\"") && refused.text.contains("\"policy\":\"pii-detector\""))
        #expect(refused.text.contains("\"request_id\":\"req_"))
        #expect(other.text.hasPrefix("HTTP/1.1 200 "))
        let event = try #require(try rig.events().map { String(decoding: $0.json, as: UTF8.self) }.first { $0.contains("quarantined") })
        #expect(event.contains("\"verdict\":\"block\"") && event.contains("\"outcome\":\"blocked\""))
        #expect(event.contains("policy_crash.quarantined"))
        rig.gateway.quarantine.apply(.release(fingerprint), at: rig.loop.now)
        let again = try rig.ask("", body: body)
        rig.run([again], "it is answered") { again.isEnded }
        #expect(again.text.hasPrefix("HTTP/1.1 200 "))
    }
}
