/// A set of ASCII characters; bytes from 0x80 on are never in it.
struct ASCIISet: Sendable {
    private let low: UInt64
    private let high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        byte < 0x80 && ((byte < 64 ? self.low : self.high) &>> UInt64(byte & 63)) & 1 != 0
    }
}

// Written as constants so that a lookup is two instructions; a test compares each with its spelling.
extension ASCIISet {
    /// `tchar`, RFC 9110 5.6.2.
    static var token: ASCIISet { ASCIISet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// `pchar` without percent-encoding, and `/`: RFC 3986 3.3.
    static var path: ASCIISet { ASCIISet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// `path` and `?`.
    static var query: ASCIISet { ASCIISet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// What we take as a registered name or an IPv4 address: letters, digits, `-`, `.`, `_`, `~`.
    static var host: ASCIISet { ASCIISet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
}

@inline(__always) func isFieldValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

@inline(__always) func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

@inline(__always) func hexadecimalValue(_ byte: UInt8) -> Int? {
    if isDigit(byte) { return Int(byte &- UInt8(ascii: "0")) }
    let letter = lowercased(byte) &- UInt8(ascii: "a")
    return letter < 6 ? Int(letter) + 10 : nil
}

let carriageReturn = UInt8(ascii: "\r")
let lineFeed = UInt8(ascii: "\n")
let space = UInt8(ascii: " ")
let horizontalTab = UInt8(ascii: "\t")
