extension [UInt8] {
    /// A copy of borrowed bytes.
    init(copying bytes: Span<UInt8>) {
        self.init()
        self.append(bytesOf: bytes)
    }

    mutating func append(bytesOf bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
    }
}

extension Span<UInt8> {
    func elementsEqual(_ other: Span<UInt8>) -> Bool {
        guard self.count == other.count else { return false }
        for index in self.indices where self[index] != other[index] { return false }
        return true
    }
}
