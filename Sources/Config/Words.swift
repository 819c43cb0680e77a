/// Small grammars of the document's texts.
enum Words {
    static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, Self.isLetter(first) || first == 0x5F else { return false }
        return text.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || $0 == 0x5F }
    }

    /// What is surely the name of a variable and not a key: capitals with an underscore, `MISTRAL_API_KEY`.
    static func isVariableInCapitals(_ text: String) -> Bool {
        Self.isVariable(text) && text.contains("_") && text.utf8.count <= 64 && !text.utf8.contains { $0 >= 0x61 && $0 <= 0x7A }
    }

    /// systemd.exec(5): a file name.
    static func isCredential(_ text: String) -> Bool {
        text != "." && text != ".." && text.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
    }

    static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || "._-:/@+".utf8.contains($0) }
    }

    /// RFC 9110 section 5.1: a token.
    static func isHeaderName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Framing and routing of a request are not a target's business.
    static let ownHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect", "content-type",
        "accept-encoding", "proxy-authorization", "proxy-connection",
    ]

    /// MAJOR.MINOR.PATCH with an optional -pre-release and +build (semver.org 2.0.0).
    static func isSemanticVersion(_ text: String) -> Bool {
        var rest = Substring(text)
        func identifiersAreValid(_ part: Substring, isNumberStrict: Bool) -> Bool {
            part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { identifier in
                guard !identifier.isEmpty, identifier.utf8.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2D }) else { return false }
                return !isNumberStrict || !identifier.utf8.allSatisfy(Self.isDigit) || identifier == "0" || !identifier.hasPrefix("0")
            }
        }
        if let plus = rest.firstIndex(of: "+") {
            guard identifiersAreValid(rest[rest.index(after: plus)...], isNumberStrict: false) else { return false }
            rest = rest[..<plus]
        }
        if let dash = rest.firstIndex(of: "-") {
            guard identifiersAreValid(rest[rest.index(after: dash)...], isNumberStrict: true) else { return false }
            rest = rest[..<dash]
        }
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3
            && numbers.allSatisfy { !$0.isEmpty && $0.utf8.count <= 9 && $0.utf8.allSatisfy(Self.isDigit) && ($0 == "0" || !$0.hasPrefix("0")) }
    }

    static func isLetter(_ byte: UInt8) -> Bool { (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
