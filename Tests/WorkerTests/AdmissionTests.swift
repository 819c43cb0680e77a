import Settings
import Testing

@testable import Worker

@Suite("Admission")
struct AdmissionTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `an open gateway asks nobody`() {
        let open = Admission(token: nil, allowlist: AddressAllowlist())
        #expect(open.accepts(authorization: nil))
        #expect(open.accepts(address: [192, 0, 2, 1]))
    }

    @Test(arguments: ["Bearer secret", "bearer secret", "BEARER secret"])
    func `the right token is accepted`(value: String) {
        #expect(Admission(token: self.bytes("secret"), allowlist: AddressAllowlist()).accepts(authorization: self.bytes(value)))
    }

    @Test(arguments: ["Bearer secre", "Bearer secrets", "Bearer ", "Bearer", "secret", "Basic secret", "Bearer Secret", "Bearer  secret", ""])
    func `any other is refused`(value: String) {
        #expect(!Admission(token: self.bytes("secret"), allowlist: AddressAllowlist()).accepts(authorization: self.bytes(value)))
    }

    @Test func `only listed addresses are let in`() {
        var list = AddressAllowlist()
        list.enabled = true
        list.cidrs = ["10.0.0.0/8", "2001:db8::/33", "192.0.2.7"]
        let admission = Admission(token: nil, allowlist: list)
        #expect(admission.accepts(address: [10, 255, 0, 1]))
        #expect(!admission.accepts(address: [11, 0, 0, 1]))
        #expect(admission.accepts(address: [192, 0, 2, 7]))
        #expect(!admission.accepts(address: [192, 0, 2, 8]))
        #expect(admission.accepts(address: [0x20, 0x01, 0x0d, 0xb8, 0x7f] + [UInt8](repeating: 0, count: 11)))
        #expect(!admission.accepts(address: [0x20, 0x01, 0x0d, 0xb8, 0x80] + [UInt8](repeating: 0, count: 11)))
        #expect(admission.accepts(address: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1]))
        #expect(admission.accepts(address: nil))
    }
}
