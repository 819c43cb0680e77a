/// The members of one object of a test, read key by key; what nobody asked for is a mistake.
struct GoldenFields {
    let path: String
    private let members: [JSONValue.Member]

    init(_ value: JSONValue, _ path: String) throws(GoldenFault) {
        guard let members = value.members else { throw GoldenFault(path, "accepts an object, found \(value.name)") }
        self.path = path
        self.members = members
    }

    func path(_ key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }

    subscript(key: String) -> JSONValue? {
        guard let value = self.members.first(where: { $0.key == key })?.value, value != .null else { return nil }
        return value
    }

    func check(_ known: [String]) throws(GoldenFault) {
        for member in self.members where !known.contains(member.key) {
            throw GoldenFault(self.path(member.key), "unknown key; known here: \(known.joined(separator: ", "))")
        }
    }

    func string(_ key: String) throws(GoldenFault) -> String? {
        guard let value = self[key] else { return nil }
        guard let text = value.string else { throw GoldenFault(self.path(key), "accepts a text, found \(value.name)") }
        return text
    }

    func int(_ key: String, _ range: ClosedRange<Int>) throws(GoldenFault) -> Int? {
        guard let value = self[key] else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw GoldenFault(self.path(key), "accepts a whole number, \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func array(_ key: String) throws(GoldenFault) -> [JSONValue]? {
        guard let value = self[key] else { return nil }
        guard let items = value.array else { throw GoldenFault(self.path(key), "accepts a list, found \(value.name)") }
        return items
    }
}
