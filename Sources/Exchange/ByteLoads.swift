// The unsafe part of this module: loads without bounds checks. Each function says what its caller has checked.

extension Span<UInt8> {
    /// The same bytes, for loads of words.
    var raw: RawSpan {
        @_lifetime(copy self)
        @inline(__always) get { unsafe self.bytes }
    }
}

extension RawSpan {
    /// The byte at `offset`, which must be in bounds.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafe self.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes from `offset` on, the first one lowest; all must be in bounds.
    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe self.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes from `offset` on, the first one lowest; all must be in bounds.
    @inline(__always)
    func halfWord(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe self.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// The bytes at `range`, which is in bounds.
    func copied(_ range: Range<Int>) -> [UInt8] {
        unsafe self.extracting(range).withUnsafeBytes { unsafe Array($0) }
    }

    /// The bytes at `range`, which is in bounds, as text.
    func text(_ range: Range<Int>) -> String {
        unsafe self.extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// True when the bytes from `offset` on are `text`; as many bytes as it has must be in bounds. Folds to a few
    /// comparisons with constants.
    @inline(__always)
    func holds(_ text: StaticString, at offset: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        let bytes = unsafe UnsafeRawPointer(text.utf8Start)
        if count >= 8 {
            var index = 0
            while index + 8 < count {
                let expected = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if UInt64(littleEndian: expected) != self.word(offset + index) { return false }
                index += 8
            }
            let expected = unsafe bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return UInt64(littleEndian: expected) == self.word(offset + count - 8)
        }
        if count >= 4 {
            let first = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let last = unsafe bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt32(littleEndian: first) == self.halfWord(offset)
                && UInt32(littleEndian: last) == self.halfWord(offset + count - 4)
        }
        var index = 0
        while index < count {
            if unsafe text.utf8Start[index] != self.byte(offset + index) { return false }
            index += 1
        }
        return true
    }
}

extension [UInt8] {
    /// Appends all bytes of a span at once.
    @inline(__always)
    public mutating func append(bytesOf span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
    }

    @inline(__always)
    public mutating func append(_ text: StaticString) {
        unsafe self.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
