import Testing

@testable import HTTP

@Suite("Character classes")
struct CharacterClassesTests {
    private static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test(arguments: [
        (ASCIISet.token, "!#$%&'*+-.^_`|~"), (.path, "-._~!$&'()*+,;=:@/"), (.query, "-._~!$&'()*+,;=:@/?"), (.host, "-._~"),
    ])
    func `a constant is what its specification spells`(_ set: ASCIISet, _ marks: String) {
        let members = Set((Self.alphanumeric + marks).utf8)
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == members.contains(byte), "\(byte)") }
    }
}
