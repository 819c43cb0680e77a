internal import Settings

/// `gateway`: the processes. Command-line options are laid over it afterwards.
struct GatewayReader {
    let log: IssueLog
    var checks = ConfigChecks()

    func read(_ block: Block) -> ProcessSettings {
        var settings = ProcessSettings()
        if let items = block.list("listen", countMax: 64, accepts: "addresses") {
            settings.listen = []
            for (node, path) in items {
                if case .int(let port) = node.meaning {
                    _ = self.address("\(port)", path: path, at: node.place)
                    continue
                }
                guard let text = block.text(node, path: path, bytesMax: 512), let address = self.address(text, path: path, at: node.place) else { continue }
                if settings.listen.contains(address) {
                    self.log.error(.duplicateName, path, at: node.place, "\(address) stands here twice", help: "keep one of the two")
                } else {
                    settings.listen.append(address)
                }
            }
            if items.isEmpty, let node = block.node("listen") {
                self.log.error(.outOfRange, block.path("listen"), at: node.place, "needs an address", help: "write [0.0.0.0:41002]")
            }
        }
        if let text = block.string("admin_listen", bytesMax: 512), let node = block.node("admin_listen") {
            settings.adminListen = self.address(text, path: block.path("admin_listen"), at: node.place) ?? settings.adminListen
        }
        if let node = block.node("workers"), node.meaning != .string("auto") {
            settings.workers = block.int(node, path: block.path("workers"), in: Self.workers)
        }
        if let tls = block.block("tls") { settings.tls = self.tls(tls) }
        if let limits = block.block("limits", acceptsNull: true) { settings.limits = self.limits(limits) }
        settings.keepAliveSeconds = block.int("keep_alive_seconds", in: 1...3600) ?? settings.keepAliveSeconds
        settings.hangSeconds = block.int("hang_seconds", in: 1...300) ?? settings.hangSeconds
        settings.drainSeconds = block.int("drain_seconds", in: 0...86_400) ?? settings.drainSeconds
        if let errors = block.block("errors", acceptsNull: true) {
            if let status = errors.int("block_status", in: 400...409), let node = errors.node("block_status") {
                if [400, 403, 409].contains(status) {
                    settings.blockStatus = status
                } else {
                    self.log.error(.unknownValue, errors.path("block_status"), at: node.place, "expected one of [400, 403, 409], found \(status)")
                }
            }
            errors.finish()
        }
        if let log = block.block("log", acceptsNull: true) {
            settings.logLevel = log.choice("level", ProcessSettings.LogLevel.self) ?? settings.logLevel
            settings.logFormat = log.choice("format", ProcessSettings.LogFormat.self) ?? settings.logFormat
            log.finish()
        }
        block.finish()
        return settings
    }

    static let workers = 1...256
    static let concurrency = 1...1_000_000

    private func address(_ text: String, path: String, at place: Place) -> ListenAddress? {
        if let address = ListenAddress(text) { return address }
        self.log.error(
            .malformed, path, at: place, "accepts HOST:PORT, [IPV6]:PORT or unix:/PATH, found \"\(ConfigNode.cut(text))\"",
            help: Self.addressHelp(text))
        return nil
    }

    static func addressHelp(_ text: String) -> String {
        if text.hasPrefix("unix:") { return "write unix:/PATH, at most 107 bytes" }
        if UInt16(text) != nil { return "write 0.0.0.0:\(text)" }
        if text.hasPrefix(":"), UInt16(text.dropFirst()) != nil { return "write 0.0.0.0\(text)" }
        return "write 0.0.0.0:41002"
    }

    private func tls(_ block: Block) -> ProcessSettings.TLS? {
        block.missing("certificate", "/etc/keeptrusts/tls/server.crt")
        block.missing("key", "/etc/keeptrusts/tls/server.key")
        let certificate = block.string("certificate", bytesMax: 4_096)
        let key = block.string("key", bytesMax: 4_096, isMultiline: true, secret: true)
        var isPath = true
        if let key, key.contains("PRIVATE KEY") {
            self.log.error(.literalSecret, block.path("key"), at: block.node("key")?.place ?? block.place, "a key does not belong in this file", help: "write the path of the key's file")
            isPath = false
        }
        let clientCA = block.string("client_ca", bytesMax: 4_096)
        block.finish()
        guard let certificate, let key, isPath else { return nil }
        let settings = ProcessSettings.TLS(certificate: certificate, key: key, clientCA: clientCA)
        for issue in self.checks.tls?(settings) ?? [] {
            self.log.error(
                .badTLSFile, block.path(issue.part.rawValue), at: block.node(issue.part.rawValue)?.place ?? block.place, issue.message)
        }
        return settings
    }

    private func limits(_ block: Block) -> ProcessSettings.Limits {
        var limits = ProcessSettings.Limits()
        limits.bodyBytesMax = block.int("body_bytes", in: 1_024...1_073_741_824) ?? limits.bodyBytesMax
        limits.headBytesMax = block.int("head_bytes", in: 1_024...1_048_576) ?? limits.headBytesMax
        limits.connectionsMax = block.int("connections", in: 1...1_000_000) ?? limits.connectionsMax
        limits.connectionsPerAddressMax = block.int("connections_per_address", in: 1...1_000_000) ?? limits.connectionsPerAddressMax
        limits.headSeconds = block.int("head_seconds", in: 1...3600) ?? limits.headSeconds
        limits.bodySeconds = block.int("body_seconds", in: 1...3600) ?? limits.bodySeconds
        limits.idleSeconds = block.int("idle_seconds", in: 1...86_400) ?? limits.idleSeconds
        limits.writeSeconds = block.int("write_seconds", in: 1...3600) ?? limits.writeSeconds
        block.finish()
        return limits
    }

    /// Command-line options and environment variables over the document.
    func apply(_ overrides: CommandLineOverrides, environment: [String: String], to settings: inout ProcessSettings) {
        if !overrides.listen.isEmpty {
            var addresses: [ListenAddress] = []
            for text in overrides.listen {
                guard let address = ListenAddress(text) else {
                    self.refuse("--listen", "accepts HOST:PORT, [IPV6]:PORT or unix:/PATH, found \"\(ConfigNode.cut(text))\"", help: Self.addressHelp(text))
                    continue
                }
                if !addresses.contains(address) { addresses.append(address) }
            }
            settings.listen = addresses
        }
        if let text = overrides.adminListen {
            if let address = ListenAddress(text) {
                settings.adminListen = address
            } else {
                self.refuse("--admin-listen", "accepts HOST:PORT, [IPV6]:PORT or unix:/PATH, found \"\(ConfigNode.cut(text))\"", help: "write 127.0.0.1:41003")
            }
        }
        if let text = overrides.workers, text != "auto" { settings.workers = self.int("--workers", text, in: Self.workers) ?? settings.workers }
        if overrides.workers == "auto" { settings.workers = nil }
        if let text = overrides.concurrencyMax {
            settings.concurrencyMax = self.int("--max-concurrency", text, in: Self.concurrency) ?? settings.concurrencyMax
        }
        if let text = overrides.failMode {
            if let mode = FailMode(rawValue: text) {
                settings.failMode = mode
            } else {
                self.refuse("--fail-mode", "expected one of [block, allow], found \"\(ConfigNode.cut(text))\"", help: Near.did(text, of: ["block", "allow"]))
            }
        }
        if let file = overrides.apiTokenFile {
            settings.apiToken = .file(file)
        } else if let token = environment[RunOptions.tokenVariable], !token.isEmpty {
            settings.apiToken = .environment(RunOptions.tokenVariable)
        }
    }

    private func int(_ option: String, _ text: String, in range: ClosedRange<Int>) -> Int? {
        if let number = Int(text), range.contains(number) { return number }
        self.refuse(option, "accepts \(range.lowerBound) to \(range.upperBound), found \"\(ConfigNode.cut(text))\"", help: nil)
        return nil
    }

    private func refuse(_ option: String, _ message: String, help: String?) {
        self.log.error(.badOption, option, at: .commandLine, message, help: help)
    }
}
