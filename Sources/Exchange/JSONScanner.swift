/// A JSON string as the scanner found it: what stands between its quotes.
struct ScannedString {
    let start: Int
    let end: Int
    let hasEscapes: Bool
    var range: Range<Int> { self.start..<self.end }
}

/// Strict JSON (RFC 8259) over bytes, one pass, no tree: the caller walks the objects that it knows and skips the rest.
///
/// Everything that is passed over is checked: grammar, depth, escapes, UTF-8. Bytes beyond ASCII are legal in strings only,
/// so a document that scans to its end is valid UTF-8.
struct JSONScanner: ~Escapable {
    static let depthMax = 128

    let bytes: RawSpan
    let count: Int
    /// The next byte to be read.
    var position = 0
    private(set) var depth = 0
    /// Refuse keys that a reader that ignores letter case takes for ours.
    let refusesFoldedKeys: Bool

    /// Where a walk over an object stands.
    struct ObjectWalk {
        fileprivate(set) var isFirst = true
        fileprivate(set) var keyStart = 0
        /// The comma before the current key.
        fileprivate(set) var comma: Int?
        fileprivate(set) var memberCount = 0
        fileprivate var seen: UInt64 = 0
    }

    @_lifetime(copy document)
    init(_ document: Span<UInt8>, refusesFoldedKeys: Bool) {
        self.bytes = document.raw
        self.count = document.count
        self.refusesFoldedKeys = refusesFoldedKeys
    }

    @inline(__always)
    func fault(_ kind: ScanFault.Kind, at offset: Int) -> ScanFault {
        if offset >= self.count { return ScanFault(kind: .unexpectedEnd, offset: self.count) }
        return ScanFault(kind: kind, offset: offset)
    }

    /// The next byte; 0, which starts nothing, at the end.
    @inline(__always)
    var next: UInt8 { self.position < self.count ? self.bytes.byte(self.position) : 0 }

    @inline(__always)
    mutating func skipSpace() {
        while self.position < self.count {
            let byte = self.bytes.byte(self.position)
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            self.position += 1
        }
    }

    /// Checks that nothing but white space is left.
    mutating func finish() throws(ScanFault) {
        self.skipSpace()
        if self.position < self.count { throw ScanFault(kind: .trailingBytes, offset: self.position) }
    }

    // MARK: Objects

    /// Enters the object whose brace is next.
    @inline(__always)
    mutating func openObject() throws(ScanFault) -> ObjectWalk {
        try self.descend()
        return ObjectWalk()
    }

    /// The next key, with the scanner at its value; nil past the closing brace.
    @inline(__always)
    mutating func nextKey(_ walk: inout ObjectWalk) throws(ScanFault) -> ScannedString? {
        self.skipSpace()
        let byte = self.next
        if walk.isFirst {
            walk.isFirst = false
            if byte == UInt8(ascii: "}") {
                self.ascend()
                return nil
            }
        } else if byte == UInt8(ascii: ",") {
            walk.comma = self.position
            self.position += 1
            self.skipSpace()
        } else if byte == UInt8(ascii: "}") {
            self.ascend()
            return nil
        } else {
            throw self.fault(.commaOrBraceExpected, at: self.position)
        }
        guard self.next == UInt8(ascii: "\"") else { throw self.fault(.keyExpected, at: self.position) }
        walk.keyStart = self.position
        walk.memberCount += 1
        let key = try self.scanString()
        self.skipSpace()
        guard self.next == UInt8(ascii: ":") else { throw self.fault(.colonExpected, at: self.position) }
        self.position += 1
        self.skipSpace()
        return key
    }

    /// The next key as one that we know; a known key must not come twice.
    mutating func nextMember(_ walk: inout ObjectWalk) throws(ScanFault) -> Member? {
        guard let key = try self.nextKey(&walk) else { return nil }
        let member = try self.member(key)
        if member == .other { return .other }
        let bit = 1 as UInt64 &<< UInt64(member.rawValue)
        if walk.seen & bit != 0 { throw ScanFault(kind: .duplicateKey, offset: walk.keyStart) }
        walk.seen |= bit
        return member
    }

    @inline(__always)
    func member(_ key: ScannedString) throws(ScanFault) -> Member {
        if !key.hasEscapes {
            let member = Member.lookup(self.bytes, key.start, key.end - key.start)
            if member != .other { return member }
        }
        return try self.unusualMember(key)
    }

    @inline(never)
    private func unusualMember(_ key: ScannedString) throws(ScanFault) -> Member {
        var isPlain = !key.hasEscapes
        for offset in key.range {
            let byte = self.bytes.byte(offset)
            if byte >= 0x80 || (byte >= 0x41 && byte <= 0x5A) { isPlain = false }
        }
        if isPlain { return .other }
        let decoded = self.decoded(key)
        let member = Member.lookup(decoded.span.raw, 0, decoded.count)
        if member == .other, self.refusesFoldedKeys, Member.isFolded(decoded) {
            throw ScanFault(kind: .foldedKey, offset: key.start - 1)
        }
        return member
    }

    /// The text of a string without its escapes.
    func decoded(_ string: ScannedString) -> [UInt8] {
        let raw = self.bytes.copied(string.range)
        return string.hasEscapes ? JSONText.decoded(raw.span) : raw
    }

    /// The same as a string.
    func text(_ string: ScannedString) -> String {
        string.hasEscapes ? String(decoding: self.decoded(string), as: UTF8.self) : self.bytes.text(string.range)
    }

    /// The range to take out for the member of which the value was just read, so that valid JSON is left: key to value and
    /// the comma after it, else the one before it.
    mutating func removal(of walk: ObjectWalk, valueEnd: Int) -> Range<Int> {
        self.skipSpace()
        if self.next == UInt8(ascii: ",") { return walk.keyStart..<self.position + 1 }
        return (walk.comma ?? walk.keyStart)..<valueEnd
    }

    // MARK: Arrays

    /// Enters the array whose bracket is next.
    @inline(__always)
    mutating func openArray() throws(ScanFault) { try self.descend() }

    /// Moves to the next element; false past the closing bracket. `index` counts, from -1 before the first.
    @inline(__always)
    mutating func nextElement(_ index: inout Int) throws(ScanFault) -> Bool {
        self.skipSpace()
        let byte = self.next
        if byte == UInt8(ascii: "]") {
            self.ascend()
            return false
        }
        if index >= 0 {
            guard byte == UInt8(ascii: ",") else { throw self.fault(.commaOrBracketExpected, at: self.position) }
            self.position += 1
            self.skipSpace()
            guard self.next != UInt8(ascii: "]") else { throw self.fault(.valueExpected, at: self.position) }
        }
        index += 1
        return true
    }

    @inline(__always)
    private mutating func descend() throws(ScanFault) {
        if self.depth == Self.depthMax { throw ScanFault(kind: .tooDeep, offset: self.position) }
        self.depth += 1
        self.position += 1
    }

    @inline(__always)
    private mutating func ascend() {
        self.depth -= 1
        self.position += 1
    }

    // MARK: Values

    /// Passes over any value and returns where it stands.
    @inline(__always)
    @discardableResult
    mutating func skip() throws(ScanFault) -> Range<Int> {
        let start = self.position
        try self.skipValue()
        return start..<self.position
    }

    private mutating func skipValue() throws(ScanFault) {
        switch self.next {
        case UInt8(ascii: "\""):
            _ = try self.scanString()
        case UInt8(ascii: "{"):
            var walk = try self.openObject()
            while try self.nextKey(&walk) != nil { try self.skipValue() }
        case UInt8(ascii: "["):
            try self.openArray()
            var index = -1
            while try self.nextElement(&index) { try self.skipValue() }
        case UInt8(ascii: "t"): try self.skipLiteral("true")
        case UInt8(ascii: "f"): try self.skipLiteral("false")
        case UInt8(ascii: "n"): try self.skipLiteral("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            _ = try self.scanNumber()
        default: throw self.fault(.valueExpected, at: self.position)
        }
    }

    @inline(__always)
    private mutating func skipLiteral(_ text: StaticString) throws(ScanFault) {
        let length = text.utf8CodeUnitCount
        guard self.position + length <= self.count, self.bytes.holds(text, at: self.position) else {
            throw ScanFault(kind: .valueExpected, offset: self.position)
        }
        self.position += length
    }

    /// Passes over `true` or `false`; nil, and nothing is read, at anything else.
    mutating func scanBool() throws(ScanFault) -> Bool? {
        switch self.next {
        case UInt8(ascii: "t"):
            try self.skipLiteral("true")
            return true
        case UInt8(ascii: "f"):
            try self.skipLiteral("false")
            return false
        default: return nil
        }
    }

    /// True when a number is next.
    var isAtNumber: Bool {
        let byte = self.next
        return byte == UInt8(ascii: "-") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    /// Passes over the number that is next; its value when it is written as an integer and fits.
    mutating func scanNumber() throws(ScanFault) -> Int? {
        let isNegative = self.next == UInt8(ascii: "-")
        if isNegative { self.position += 1 }
        var value = 0
        var fits = true
        let first = self.position
        while true {
            let digit = self.next &- UInt8(ascii: "0")
            if digit > 9 { break }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.subtractingReportingOverflow(Int(digit))
            fits = fits && !overflow && !carry
            value = sum
            self.position += 1
        }
        let digits = self.position - first
        if digits == 0 { throw self.fault(.invalidNumber, at: self.position) }
        if digits > 1, self.bytes.byte(first) == UInt8(ascii: "0") { throw ScanFault(kind: .invalidNumber, offset: first) }
        if self.next == UInt8(ascii: ".") {
            fits = false
            self.position += 1
            try self.skipDigits()
        }
        if self.next | 0x20 == UInt8(ascii: "e") {
            fits = false
            self.position += 1
            let sign = self.next
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.position += 1 }
            try self.skipDigits()
        }
        guard fits else { return nil }
        if !isNegative, value == .min { return nil }
        return isNegative ? value : -value
    }

    @inline(__always)
    private mutating func skipDigits() throws(ScanFault) {
        let first = self.position
        while self.next &- UInt8(ascii: "0") <= 9 { self.position += 1 }
        if self.position == first { throw self.fault(.invalidNumber, at: first) }
    }
}
