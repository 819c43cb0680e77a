internal import HTTP

extension RequestHead {
    /// A copy of the first value of a header; nil without one.
    func headerBytes(_ lowercaseName: StaticString) -> [UInt8]? {
        guard let range = self.range(of: lowercaseName) else { return nil }
        return Array(self.bytes[range])
    }
}
