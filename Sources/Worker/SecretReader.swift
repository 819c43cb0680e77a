internal import Platform
internal import Settings

/// Reads keys where their references point. Keys live in the worker's memory and in what it sends, nowhere else.
enum SecretReader {
    enum Result: Equatable {
        case found(String)
        /// For people; names the reference, never a value.
        case missing(String)
    }

    static func read(_ reference: SecretReference, environment: Environment) -> Result {
        switch reference {
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else { return .missing("the environment variable \(name) is not set") }
            return self.checked(value, name)
        case .file(let path):
            guard let value = Self.firstLine(path) else { return .missing("the key file \(path) cannot be read") }
            return self.checked(value, path)
        case .credential(let name):
            guard let folder = environment["CREDENTIALS_DIRECTORY"] else { return .missing("there is no credentials directory for \(name)") }
            guard let value = Self.firstLine("\(folder)/\(name)") else { return .missing("the credential \(name) cannot be read") }
            return self.checked(value, name)
        }
    }

    /// A key stands in a header line: one with control bytes would write lines of its own.
    private static func checked(_ value: String, _ source: String) -> Result {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? .found(value) : .missing("the key of \(source) holds control characters")
    }

    private static func firstLine(_ path: String) -> String? {
        guard let bytes = try? Files.read(path, bytesMax: 65_536) else { return nil }
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
