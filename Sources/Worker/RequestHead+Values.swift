internal import HTTP

extension RequestHead {
    /// A copy of the first value of a header; nil without one.
    func headerBytes(_ lowercaseName: StaticString) -> [UInt8]? {
        guard let range = self.range(of: lowercaseName) else { return nil }
        return Array(self.bytes[range])
    }

    /// The values of all headers of a name, joined by commas as RFC 9110 5.3 says.
    func headerList(_ lowercaseName: StaticString) -> [UInt8] {
        var list: [UInt8] = []
        for field in self.fields where self.isName(field.name, lowercaseName) {
            if !list.isEmpty { list.append(UInt8(ascii: ",")) }
            list.append(contentsOf: self.bytes[field.value])
        }
        return list
    }

    private func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for (offset, place) in range.enumerated() where unsafe self.bytes[place] != name.utf8Start[offset] { return false }
        return true
    }
}
