import Platform
import Settings
import Testing

@testable import IPC

@Suite("Sealed program")
struct SealedProgramTests {
    static let hash = String(repeating: "0a", count: 32)
    static let plan = SupervisorPlan(
        packName: "påck", packVersion: "1.0.0", listen: [.tcp(host: "0.0.0.0", port: 0), .tcp(host: "::1", port: 9), .unix(path: "/x")],
        adminListen: .tcp(host: "127.0.0.1", port: 41003), workers: 3, needsDemo: true, drainSeconds: 300, hangSeconds: 5,
        connectionsMax: 16_384, logLevel: .info, logFormat: .auto,
        targets: [TargetName(id: "première", model: "m"), TargetName(id: "b", model: "")], hasAuditLogger: true, hasTLS: false)

    private func program(_ bytes: [UInt8]) throws -> SealedProgram {
        let file = try MemoryFile.create("program", size: 0)
        try MemoryFile.write(bytes, to: file.rawNumber)
        try MemoryFile.seal(file.rawNumber)
        return try SealedProgram(file.rawNumber)
    }

    @Test func `what was written is read`() throws {
        let file = try MemoryFile.create("program", size: 0)
        let image = [UInt8](repeating: 0xEE, count: 5000)
        try SealedProgram.write(plan: Self.plan, settingsBytes: [1, 2, 3], displayBytes: [0x7B, 0x7D], tlsBytes: [9], image: image, hash: Self.hash, to: file.rawNumber)
        let program = try SealedProgram(file.rawNumber)
        #expect(program.plan == Self.plan)
        #expect(program.hash == Self.hash)
        #expect(program.settingsBytes == [1, 2, 3])
        #expect(program.displayBytes == [0x7B, 0x7D])
        #expect(program.tlsBytes == [9])
        #expect(unsafe Array(program.image) == image)
        #expect(unsafe UInt(bitPattern: program.image.baseAddress) % 4096 == 0)
    }

    @Test func `empty parts are fine`() throws {
        let program = try self.program(SealedProgram.encode(plan: Self.plan, settingsBytes: [], image: [], hash: Self.hash))
        #expect(program.settingsBytes.isEmpty)
        #expect(program.displayBytes.isEmpty)
        #expect(program.tlsBytes.isEmpty)
        #expect(unsafe program.image.isEmpty)
    }

    @Test func `a certificate that was renewed makes another program of the same hash`() throws {
        func program(settings: [UInt8] = [1], tls: [UInt8] = [2], display: [UInt8] = []) throws -> SealedProgram {
            try self.program(
                SealedProgram.encode(
                    plan: Self.plan, settingsBytes: settings, displayBytes: display, tlsBytes: tls, image: [], hash: Self.hash))
        }
        #expect(try program().isEquivalent(to: try program(display: [7])))
        #expect(try !program().isEquivalent(to: try program(tls: [3])))
        #expect(try !program().isEquivalent(to: try program(settings: [3])))
    }

    @Test func `what is not sealed is refused`() throws {
        let file = try MemoryFile.create("program", size: 0)
        try MemoryFile.write(SealedProgram.encode(plan: Self.plan, settingsBytes: [], image: [], hash: Self.hash), to: file.rawNumber)
        #expect(throws: SealedProgramError.self) { try SealedProgram(file.rawNumber) }
    }

    @Test func `no head crashes the reader`() throws {
        let good = SealedProgram.encode(plan: Self.plan, settingsBytes: [1, 2, 3], image: [4, 5], hash: Self.hash)
        var refused = 0
        for place in 0..<320 {
            var bytes = good
            bytes[place] ^= 0x80
            do { _ = try self.program(bytes) } catch is SealedProgramError { refused += 1 }
        }
        for count in stride(from: 1, to: good.count, by: 97) {
            #expect(throws: SealedProgramError.self) { try self.program(Array(good[..<count])) }
        }
        #expect(refused > 100 && refused < 300)
    }

    @Test func `a plan comes from settings`() {
        var settings = GatewaySettings(pack: Pack(name: "p", version: "2.0.0"))
        #expect(SupervisorPlan(settings).workers == ThisProcess.cpuCount)
        #expect(!SupervisorPlan(settings).needsDemo)
        settings.gateway.workers = 7
        settings.providers.targets = [Target(id: "d", provider: "demo", model: "m", baseURL: "")]
        #expect(SupervisorPlan(settings).workers == 7)
        #expect(SupervisorPlan(settings).needsDemo)
        #expect(SupervisorPlan(settings).targets == [TargetName(id: "d", model: "m")])
        #expect(!SupervisorPlan(settings).hasAuditLogger)
        #expect(!SupervisorPlan(settings).hasTLS)
        settings.policies.chain = [.auditLogger]
        settings.gateway.tls = .init(certificate: "/c", key: "/k")
        #expect(SupervisorPlan(settings).hasAuditLogger)
        #expect(SupervisorPlan(settings).hasTLS)
    }

    @Test(arguments: [nil, [] as [UInt8], [7, 8]]) func `TLS files are read as they were written`(clientCA: [UInt8]?) {
        let files = TLSFiles(certificate: [1, 2], key: [3], clientCA: clientCA)
        let bytes = files.encode()
        #expect(TLSFiles.decode(bytes) == files)
        for count in 0..<bytes.count { #expect(TLSFiles.decode(Array(bytes[..<count])) == nil) }
        #expect(TLSFiles.decode(bytes + [0]) == nil)
    }
}
