internal import Providers
internal import Settings

/// `base_url`: https unless loopback or `allow_insecure`, no user, no query; `${NAME}` is filled in from the environment.
struct BaseURL {
    let log: IssueLog
    let environment: [String: String]

    /// Without a slash at the end; nil when there is none of the target's own, or it is not accepted.
    func read(_ block: Block, row: ProviderRow?, allowsInsecure: Bool) -> String? {
        block.know(["base_url"])
        guard block.has("base_url") else {
            if let row, row.baseURL == nil { block.missing("base_url", "https://HOST/v1") }
            return nil
        }
        guard let written = block.string("base_url", bytesMax: 2_048, secret: true), let node = block.node("base_url") else { return nil }
        let path = block.path("base_url")
        if row?.id == ProviderTable.demo {
            self.log.error(.contradiction, path, at: node.place, "the demo provider has no address of its own", help: "remove base_url")
            return nil
        }
        guard let text = self.expanded(written, path: path, at: node.place) else { return nil }
        switch Self.parse(text) {
        case .fault(let message):
            // The text may hold a password or a filled-in variable: it is not repeated.
            self.log.error(.badURL, path, at: node.place, message, help: row?.baseURL.flatMap { $0.isEmpty ? nil : "write \($0)" } ?? "write https://HOST/v1")
            return nil
        case .url(let url, let isSecure, let host, let hasPath):
            if !isSecure && !allowsInsecure && !Self.isLoopback(host) {
                self.log.error(
                    .badURL, path, at: node.place, "http would send the key and every text in the clear", help: "write https, or add allow_insecure: true")
                return nil
            }
            if !hasPath, let known = row?.baseURL, case .url(_, _, host, true) = Self.parse(known) {
                self.log.warning(.suspiciousURL, path, at: node.place, "has no path, the provider's API is below one", help: "write \(known)")
            }
            return url
        }
    }

    private func expanded(_ text: String, path: String, at place: Place) -> String? {
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            guard after.hasPrefix("{"), let end = after.firstIndex(of: "}") else {
                self.log.error(.malformed, path, at: place, "\"$\" begins a variable here", help: "write ${NAME}")
                return nil
            }
            let name = String(after[after.index(after: after.startIndex)..<end])
            guard Words.isVariable(name) else {
                self.log.error(.malformed, path, at: place, "accepts ${NAME} only, without a default or an operator", help: "write ${NAME}")
                return nil
            }
            guard let value = self.environment[name], !value.isEmpty else {
                self.log.error(.unsetVariable, path, at: place, "the environment variable \(name) is not set", help: "set it, or write the address out")
                return nil
            }
            result += value
            rest = after[after.index(after: end)...]
        }
        return result + rest
    }

    enum Parsed: Equatable {
        case fault(String)
        case url(String, isSecure: Bool, host: String, hasPath: Bool)
    }

    /// RFC 3986, of which we take scheme, host, port and path.
    static func parse(_ text: String) -> Parsed {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }) else {
            return .fault("contains a character that a URL cannot have")
        }
        let lower = text.lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return .fault("accepts an https URL") }
        let isSecure = lower.hasPrefix("https://")
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var path = rest.dropFirst(authority.count)
        if authority.contains("@") { return .fault("must not carry a user or a password") }
        if path.contains("?") || path.contains("#") { return .fault("must not have a query or a fragment") }
        while path.hasSuffix("/") { path.removeLast() }
        var host = authority.lowercased()
        var port = ""
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]"), AddressRange.address(String(host[host.index(after: host.startIndex)..<end])) != nil else {
                return .fault("has a malformed IPv6 address")
            }
            let after = host[host.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return .fault("has a malformed port") }
            port = String(after)
            host = String(host[...end])
        } else if let colon = host.firstIndex(of: ":") {
            port = String(host[colon...])
            host = String(host[..<colon])
        }
        if !port.isEmpty {
            guard port.dropFirst().utf8.allSatisfy(Words.isDigit), let number = UInt16(port.dropFirst()), number > 0 else { return .fault("has a malformed port") }
        }
        let isNamed = !host.hasPrefix("[")
        guard !host.isEmpty, host.utf8.count <= 253,
            !isNamed || host.utf8.allSatisfy({ Words.isLetter($0) || Words.isDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }),
            !host.hasPrefix("."), !host.contains("..")
        else { return .fault("has no host, or a malformed one") }
        return .url("\(isSecure ? "https" : "http")://\(host)\(port)\(path)", isSecure: isSecure, host: host, hasPath: !path.isEmpty)
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard let address = AddressRange.address(bare) else { return false }
        return address.count == 4 ? address[0] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }
}
