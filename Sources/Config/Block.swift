internal import Providers

/// One mapping of the document, read key by key. Every read says what it accepts; what was never asked for is unknown, and `finish` says so.
/// A value that is not accepted is reported and reads as nil, so the caller's default stands until the configuration is refused as a whole.
final class Block {
    let path: String
    let place: Place
    let log: IssueLog
    private let entries: [ConfigNode.Entry]
    private var known: [String] = []
    /// Keys that mean something elsewhere: what to say instead of a guess.
    private var hints: [String: String] = [:]

    init(_ entries: [ConfigNode.Entry], path: String, place: Place, log: IssueLog) {
        self.entries = entries
        self.path = path
        self.place = place
        self.log = log
    }

    /// nil, and reported, when `node` is no mapping. Nothing at all counts as an empty one where `acceptsNull`.
    convenience init?(_ node: ConfigNode, path: String, log: IssueLog, acceptsNull: Bool = false, example: String? = nil) {
        switch node.content {
        case .mapping(let entries): self.init(entries, path: path, place: node.place, log: log)
        case .refused: return nil
        default:
            if acceptsNull && node.isNull {
                self.init([], path: path, place: node.place, log: log)
                return
            }
            log.error(
                .wrongType, path, at: node.place, "accepts a block of keys, found \(node.described(secret: true))",
                help: node.isNull ? "indent its keys below it" : example.map { "write \($0)" })
            return nil
        }
    }

    // MARK: keys

    func path(_ key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }
    func has(_ key: String) -> Bool { self.entries.contains { $0.key == key } }
    func hint(_ key: String, _ text: String) { self.hints[key] = text }
    /// Keys that someone else reads.
    func know(_ keys: [String]) { self.known += keys }

    func node(_ key: String) -> ConfigNode? {
        if !self.known.contains(key) { self.known.append(key) }
        return self.entries.first { $0.key == key }?.value
    }

    func keyPlace(_ key: String) -> Place { self.entries.first { $0.key == key }?.keyPlace ?? self.place }

    /// The entries that nobody asked for, for blocks whose keys are names.
    var allEntries: [ConfigNode.Entry] { self.entries }

    /// Reports what nobody asked for.
    func finish() {
        for (index, entry) in self.entries.enumerated() where !self.known.contains(entry.key) {
            var help: String?
            if let hint = self.hints[entry.key] {
                help = hint
            } else if let near = NearName.best(for: entry.key, of: self.known.filter { !self.has($0) }) ?? NearName.best(for: entry.key, of: self.known) {
                help = "did you mean \"\(near)\"?"
            } else if let above = self.entries[..<index].last(where: { !($0.value.isRefused) && self.known.contains($0.key) || $0.value.isNull }),
                above.value.isNull
            {
                help = "indent it if it belongs to \"\(above.key)\""
            } else if !self.known.isEmpty && self.known.count <= 16 {
                help = "known here: \(self.known.sorted().joined(separator: ", "))"
            }
            self.log.error(.unknownKey, self.path(ConfigNode.cut(entry.key)), at: entry.keyPlace, "unknown key", help: help)
        }
    }

    // MARK: values

    func wrongType(_ key: String, _ node: ConfigNode, accepts: String, help: String? = nil, secret: Bool = false) {
        guard !node.isRefused else { return }
        self.log.error(
            .wrongType, self.path(key), at: node.place, "accepts \(accepts), found \(node.described(secret: secret))", help: help)
    }

    func missing(_ key: String, _ example: String) {
        guard !self.has(key) else { return }
        self.log.error(.missingKey, self.path(key), at: self.place, "missing", help: "add \(key): \(example)")
    }

    func block(_ key: String, acceptsNull: Bool = false, example: String? = nil) -> Block? {
        self.node(key).flatMap { Block($0, path: self.path(key), log: self.log, acceptsNull: acceptsNull, example: example) }
    }

    /// A text of 1 to `bytesMax` bytes on one line, unless `isMultiline`.
    func string(_ key: String, bytesMax: Int = 1024, isEmptyAccepted: Bool = false, isMultiline: Bool = false, secret: Bool = false) -> String? {
        guard let node = self.node(key) else { return nil }
        return self.text(node, path: self.path(key), bytesMax: bytesMax, isEmptyAccepted: isEmptyAccepted, isMultiline: isMultiline, secret: secret)
    }

    func text(
        _ node: ConfigNode, path: String, bytesMax: Int = 1024, isEmptyAccepted: Bool = false, isMultiline: Bool = false, secret: Bool = false
    ) -> String? {
        guard !node.isRefused else { return nil }
        guard case .string(let text) = node.meaning else {
            var help: String?
            if case .scalar(let scalar) = node.content, !node.isNull { help = secret ? "quote it" : "write \"\(ConfigNode.cut(scalar.text))\"" }
            self.log.error(.wrongType, path, at: node.place, "accepts a text, found \(node.described(secret: secret))", help: help)
            return nil
        }
        if text.isEmpty && !isEmptyAccepted {
            self.log.error(.outOfRange, path, at: node.place, "must not be empty")
            return nil
        }
        if text.utf8.count > bytesMax {
            self.log.error(.outOfRange, path, at: node.place, "accepts at most \(bytesMax) bytes, found \(text.utf8.count)")
            return nil
        }
        if text.utf8.contains(where: { $0 == 0x7F || ($0 < 0x20 && !(isMultiline && ($0 == 0x0A || $0 == 0x09))) }) {
            self.log.error(.malformed, path, at: node.place, isMultiline ? "contains a control character" : "contains a line break or a control character")
            return nil
        }
        return text
    }

    func bool(_ key: String) -> Bool? {
        guard let node = self.node(key), !node.isRefused else { return nil }
        switch node.meaning {
        case .bool(let flag): return flag
        case .string(let text):
            if let meant = ConfigNode.looksBoolean(text) {
                let why: String
                if case .scalar(let scalar) = node.content, scalar.isPlain { why = "\(ConfigNode.cut(text)) is a text in this format" } else { why = "found a quoted text" }
                self.log.error(.notBoolean, self.path(key), at: node.place, "accepts true or false only; \(why)", help: "write \(meant)")
                return nil
            }
        default: break
        }
        self.wrongType(key, node, accepts: "true or false")
        return nil
    }

    func int(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = self.node(key) else { return nil }
        return self.int(node, path: self.path(key), in: range)
    }

    func int(_ node: ConfigNode, path: String, in range: ClosedRange<Int>) -> Int? {
        guard !node.isRefused else { return nil }
        let accepts = "accepts \(range.lowerBound) to \(range.upperBound)"
        switch node.meaning {
        case .int(let number):
            if range.contains(number) { return number }
            let nearest = min(max(number, range.lowerBound), range.upperBound)
            self.log.error(.outOfRange, path, at: node.place, "\(accepts), found \(number)", help: "write \(nearest)")
        case .double(let number) where number.magnitude >= 0x1p53:
            self.log.error(.outOfRange, path, at: node.place, "\(accepts), found \(node.described())")
        case .string(let text):
            // `60s`, `1_000`, `"60"`: the number someone meant.
            let digits = text.utf8.filter { $0 != 0x5F }.prefix { $0 >= 0x30 && $0 <= 0x39 }
            let meant = Int(String(decoding: digits, as: UTF8.self)).flatMap { range.contains($0) ? "write \($0)" : nil }
            self.log.error(.wrongType, path, at: node.place, "\(accepts), found \(node.described())", help: meant)
        default:
            self.log.error(.wrongType, path, at: node.place, "\(accepts), a whole number, found \(node.described())")
        }
        return nil
    }

    func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let node = self.node(key), !node.isRefused else { return nil }
        let upper = "\(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
        let value: Double
        switch node.meaning {
        case .int(let number): value = Double(number)
        case .double(let number): value = number
        default:
            self.wrongType(key, node, accepts: "a number, \(upper)")
            return nil
        }
        guard range.contains(value) else {
            self.log.error(.outOfRange, self.path(key), at: node.place, "accepts \(upper), found \(node.described())")
            return nil
        }
        return value
    }

    private static func short(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }

    func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type, aliases: [String: T] = [:]) -> T? where T.RawValue == String {
        self.choice(key, of: Array(type.allCases), aliases: aliases)
    }

    func choice<T: RawRepresentable>(_ key: String, of accepted: [T], aliases: [String: T] = [:]) -> T? where T.RawValue == String {
        self.node(key).flatMap { self.choice($0, path: self.path(key), of: accepted, aliases: aliases) }
    }

    func choice<T: RawRepresentable>(_ node: ConfigNode, path: String, of accepted: [T], aliases: [String: T] = [:]) -> T?
    where T.RawValue == String {
        guard !node.isRefused else { return nil }
        let names = accepted.map(\.rawValue)
        if case .string(let text) = node.meaning {
            if let value = accepted.first(where: { $0.rawValue == text }) ?? aliases[text] { return value }
            let help = NearName.best(for: text, of: names).map { "did you mean \"\($0)\"?" }
            self.log.error(
                .unknownValue, path, at: node.place, "expected one of [\(names.joined(separator: ", "))], found \(node.described())", help: help)
        } else {
            self.log.error(.wrongType, path, at: node.place, "expected one of [\(names.joined(separator: ", "))], found \(node.described())")
        }
        return nil
    }

    /// Items of a list with their paths; nil, and reported, when there is no list.
    func list(_ key: String, countMax: Int, accepts: String) -> [(node: ConfigNode, path: String)]? {
        guard let node = self.node(key), !node.isRefused else { return nil }
        guard case .list(let items) = node.content else {
            var help: String?
            if case .scalar(let scalar) = node.content, !node.isNull { help = "write [\(ConfigNode.cut(scalar.text))]" }
            if node.isNull { help = "write [] for none" }
            self.wrongType(key, node, accepts: "a list of \(accepts)", help: help)
            return nil
        }
        if items.count > countMax {
            self.log.error(.outOfRange, self.path(key), at: node.place, "accepts at most \(countMax) items, found \(items.count)")
            return nil
        }
        return items.enumerated().map { ($0.element, "\(self.path(key))[\($0.offset)]") }
    }

    func strings(_ key: String, countMax: Int = 10_000, bytesMax: Int = 1024) -> [String]? {
        self.list(key, countMax: countMax, accepts: "texts")?.compactMap { self.text($0.node, path: $0.path, bytesMax: bytesMax) }
    }
}
