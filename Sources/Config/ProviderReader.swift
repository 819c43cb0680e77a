internal import Providers
internal import Settings

/// `providers` and `model_groups`.
struct ProviderReader {
    let log: IssueLog
    let environment: [String: String]
    private static let strategyAliases: [String: ProviderSettings.Strategy] = [
        "ordered": .fallback, "lowest_latency": .latency, "round-robin": .roundRobin,
    ]
    private static let triggerAliases: [String: FallbackSettings.Trigger] = ["rate_limit_exceeded": .rateLimit, "service_unavailable": .serverError]

    func read(_ block: Block) -> ProviderSettings {
        var settings = ProviderSettings()
        var retry = RetrySettings()
        if let shared = block.block("retry", acceptsNull: true) { retry = self.retry(shared, over: retry) }
        if let breaker = block.block("circuit_breaker", acceptsNull: true) { settings.breaker = self.breaker(breaker) }
        if let fallback = block.block("fallback", acceptsNull: true) { settings.fallback = self.fallback(fallback) }
        settings.targets = self.targets(block, retry: retry)
        let strategy = block.choice("strategy", of: Array(ProviderSettings.Strategy.allCases), aliases: Self.strategyAliases)
        settings.strategy = strategy ?? (settings.targets.count > 1 ? .fallback : .single)
        settings.stickyBy = self.stickyBy(block)
        block.hint("routing", "write providers.strategy")
        block.finish()
        return settings
    }

    private func stickyBy(_ block: Block) -> String? {
        guard let text = block.string("sticky_by", bytesMax: 128), let node = block.node("sticky_by") else { return nil }
        if text == "user" { return text }
        if text.hasPrefix("header "), Words.isHeaderName(String(text.dropFirst(7))) { return text.lowercased() }
        self.log.error(.malformed, block.path("sticky_by"), at: node.place, "accepts \"user\" or \"header NAME\", found \(node.described())")
        return nil
    }

    // MARK: targets

    private func targets(_ block: Block, retry: RetrySettings) -> [Target] {
        guard let items = block.list("targets", countMax: 256, accepts: "targets") else { return [] }
        var targets: [Target] = []
        var places: [String: Place] = [:]
        for item in items {
            guard let one = Block(item.node, path: item.path, log: self.log, example: "{id: main, provider: mistral, model: mistral-large-latest}") else {
                continue
            }
            let target = self.target(one, retry: retry)
            one.finish()
            guard let target else { continue }
            if let first = places[target.id] {
                let idPlace = one.node("id")?.place ?? one.place
                self.log.error(.duplicateName, one.path("id"), at: idPlace, "a target \"\(target.id)\" stands in line \(first.line) already", help: "give each target its own id")
            } else {
                places[target.id] = one.node("id")?.place ?? one.place
            }
            targets.append(target)
        }
        return targets
    }

    private func target(_ block: Block, retry: RetrySettings) -> Target? {
        block.missing("id", "main")
        block.missing("provider", "mistral")
        let id = block.string("id", bytesMax: 128).flatMap { text -> String? in
            if Words.isIdentifier(text) { return text }
            self.log.error(
                .malformed, block.path("id"), at: block.node("id")?.place ?? block.place,
                "accepts letters, digits and . _ - : / @ +, found \"\(ConfigNode.cut(text))\"")
            return nil
        }
        let named = self.provider(block)
        let model = self.model(block, named)
        var target = Target(id: id ?? "", provider: named?.row.id ?? "", model: model ?? "", baseURL: named?.row.baseURL ?? "")
        if let named {
            target.kind = named.kind
            target.apiKeyHeader = named.row.keyHeader
            target.apiKeyPrefix = named.row.keyPrefix
            target.wantsUsageAsked = named.row.wantsUsageAsked
            target.secret = named.row.keyVariable.map { .environment($0) }
        }
        target.allowsInsecure = block.bool("allow_insecure") ?? target.allowsInsecure
        if let url = BaseURL(log: self.log, environment: self.environment).read(block, row: named?.row, allowsInsecure: target.allowsInsecure) {
            target.baseURL = url
        }
        if let secret = block.node("secret_key_ref") { target.secret = SecretReader(log: self.log).read(secret, path: block.path("secret_key_ref")) }
        for key in ["api_key", "api_token", "token", "secret_key", "secret"] where block.has(key) {
            block.know([key])
            self.log.error(
                .literalSecret, block.path(key), at: block.keyPlace(key), "a key does not belong in this file", help: "write secret_key_ref: {env: NAME} and set NAME")
        }
        target.timeoutSeconds = block.int("timeout_seconds", in: 1...3600) ?? target.timeoutSeconds
        target.streamTimeoutSeconds = block.int("stream_timeout_seconds", in: 1...3600) ?? target.timeoutSeconds
        target.streamIdleTimeoutSeconds = block.int("stream_idle_timeout_seconds", in: 1...3600) ?? target.streamIdleTimeoutSeconds
        target.contextTokensMax = block.int("max_context_tokens", in: 1...100_000_000)
        target.format = block.choice("format", WireFormat.self)?.rawValue ?? target.format
        target.providerType = block.string("provider_type", bytesMax: 64)
        target.description = block.string("description", isMultiline: true)
        target.weight = block.number("weight", in: 0...1_000_000) ?? target.weight
        target.pricing = self.pricing(block)
        if let probe = block.block("health_probe", acceptsNull: true) {
            target.healthProbe.enabled = probe.bool("enabled") ?? target.healthProbe.enabled
            target.healthProbe.intervalSeconds = probe.int("interval_seconds", in: 1...3600) ?? target.healthProbe.intervalSeconds
            target.healthProbe.timeoutSeconds = probe.int("timeout_seconds", in: 1...600) ?? target.healthProbe.timeoutSeconds
            probe.finish()
        }
        self.keyStyle(block, &target)
        target.headers = self.headers(block, keyHeader: target.apiKeyHeader)
        self.dataPolicy(block, &target)
        target.retry = retry
        if let own = block.block("retry", acceptsNull: true) { target.retry = self.retry(own, over: retry) }
        return id != nil && named != nil && model != nil ? target : nil
    }

    private struct NamedProvider {
        var row: ProviderRow
        var kind: Target.Kind
        var model: String?
    }

    /// `mistral`, or `mistral:chat:mistral-large-latest`; a model may have colons of its own (`ollama:chat:llama3:8b`).
    private func provider(_ block: Block) -> NamedProvider? {
        guard let text = block.string("provider", bytesMax: 512), let place = block.node("provider")?.place else { return nil }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let path = block.path("provider")
        guard let row = ProviderTable.row(parts[0]) else {
            let near = ProviderTable.near(parts[0]).map { "\"\($0)\"" }.joined(separator: " or ")
            self.log.error(
                .unknownProvider, path, at: place, "unknown provider \"\(ConfigNode.cut(parts[0]))\"",
                help: near.isEmpty ? "write provider: openai-compatible with its base_url; known: \(ProviderTable.rows.map(\.id).joined(separator: ", "))" : "did you mean \(near)?")
            return nil
        }
        guard parts.count > 1 else { return NamedProvider(row: row, kind: .chat, model: nil) }
        guard parts.count == 3, !parts[2].isEmpty else {
            let model = parts.count == 2 && !parts[1].isEmpty && Target.Kind(rawValue: parts[1]) == nil ? parts[1] : "MODEL"
            self.log.error(.malformed, path, at: place, "accepts PROVIDER or PROVIDER:KIND:MODEL", help: "write \(row.id):chat:\(ConfigNode.cut(model))")
            return nil
        }
        guard let kind = Target.Kind(rawValue: parts[1]) else {
            let names = Target.Kind.allCases.map(\.rawValue)
            self.log.error(
                .unknownValue, path, at: place, "expected one of [\(names.joined(separator: ", "))] after \"\(row.id):\", found \"\(ConfigNode.cut(parts[1]))\"",
                help: Near.did(parts[1], of: names))
            return nil
        }
        return NamedProvider(row: row, kind: kind, model: parts[2])
    }

    private func model(_ block: Block, _ named: NamedProvider?) -> String? {
        let model = block.string("model", bytesMax: 256)
        if let model, let short = named?.model, model != short {
            self.log.error(
                .contradiction, block.path("model"), at: block.node("model")?.place ?? block.place,
                "\"\(ConfigNode.cut(model))\" is not the model of provider, \"\(ConfigNode.cut(short))\"", help: "keep one of the two")
        }
        if let model = model ?? named?.model { return model }
        guard !block.has("model") else { return nil }
        guard let named else {
            // The shorthand of an unknown provider may have had one.
            if case .string(let text)? = block.node("provider")?.meaning, !text.contains(":") { block.missing("model", "NAME") }
            return nil
        }
        if named.row.id == ProviderTable.demo { return ProviderTable.demo }
        block.missing("model", named.row.id == "mistral" ? "mistral-large-latest" : "NAME")
        return nil
    }

    private func pricing(_ block: Block) -> Target.Pricing? {
        guard let pricing = block.block("pricing", example: "{prompt: 2.0, completion: 6.0}") else { return nil }
        pricing.missing("prompt", "2.0")
        pricing.missing("completion", "6.0")
        let prompt = pricing.number("prompt", in: 0...1_000_000)
        let completion = pricing.number("completion", in: 0...1_000_000)
        pricing.finish()
        guard let prompt, let completion else { return nil }
        return .init(prompt: prompt, completion: completion)
    }

    private func keyStyle(_ block: Block, _ target: inout Target) {
        if let header = block.string("api_key_header", bytesMax: 128) {
            if Words.isHeaderName(header) {
                target.apiKeyHeader = header.lowercased()
            } else {
                self.log.error(.malformed, block.path("api_key_header"), at: block.node("api_key_header")?.place ?? block.place, "accepts the name of an HTTP header", help: "write x-api-key")
            }
        }
        target.apiKeyPrefix = block.string("api_key_prefix", bytesMax: 64, isEmptyAccepted: true) ?? target.apiKeyPrefix
    }

    private func headers(_ block: Block, keyHeader: String) -> [Target.Header] {
        guard let headers = block.block("headers", acceptsNull: true) else { return [] }
        var result: [Target.Header] = []
        for entry in headers.allEntries {
            let path = headers.path(ConfigNode.cut(entry.key))
            let name = entry.key.lowercased()
            guard Words.isHeaderName(name) else {
                self.log.error(.malformed, path, at: entry.keyPlace, "not the name of an HTTP header")
                continue
            }
            if Words.ownHeaders.contains(name) {
                self.log.error(.contradiction, path, at: entry.keyPlace, "the gateway sets this header itself")
                continue
            }
            if name == keyHeader {
                self.log.error(.literalSecret, path, at: entry.keyPlace, "this header carries the target's key", help: "write secret_key_ref: {env: NAME}")
                continue
            }
            if result.contains(where: { $0.name == name }) {
                self.log.error(.duplicateName, path, at: entry.keyPlace, "this header stands here twice")
                continue
            }
            guard let value = headers.text(entry.value, path: path, bytesMax: 4_096, isEmptyAccepted: true, secret: true) else { continue }
            result.append(.init(name: name, value: value))
        }
        return result
    }

    private func dataPolicy(_ block: Block, _ target: inout Target) {
        if let policy = block.block("data_policy", acceptsNull: true) {
            target.dataPolicy.zeroDataRetention = policy.bool("zero_data_retention") ?? false
            target.dataPolicy.trainingOptOut = policy.bool("training_opt_out") ?? false
            target.dataPolicy.retentionDays = policy.int("retention_days", in: 0...36_500)
            policy.finish()
        }
        if block.bool("zdr") == true { target.dataPolicy.zeroDataRetention = true }
    }

    // MARK: resilience

    private func retry(_ block: Block, over base: RetrySettings) -> RetrySettings {
        var retry = base
        retry.attemptsMax = block.int("max_attempts", in: 1...20) ?? retry.attemptsMax
        retry.initialDelayMilliseconds = block.int("initial_delay_ms", in: 0...60_000) ?? retry.initialDelayMilliseconds
        retry.delayMillisecondsMax = block.int("max_delay_ms", in: 0...600_000) ?? retry.delayMillisecondsMax
        retry.backoffMultiplier = block.number("backoff_multiplier", in: 1...10) ?? retry.backoffMultiplier
        retry.jitter = block.bool("jitter") ?? retry.jitter
        if let codes = block.list("retryable_status_codes", countMax: 200, accepts: "status codes") {
            var seen: Set<Int> = []
            retry.retryableStatusCodes = codes.compactMap { block.int($0.node, path: $0.path, in: 400...599) }.filter { seen.insert($0).inserted }
        }
        if retry.delayMillisecondsMax < retry.initialDelayMilliseconds {
            let key = block.has("max_delay_ms") ? "max_delay_ms" : "initial_delay_ms"
            if let node = block.node(key) {
                self.log.error(
                    .contradiction, block.path(key), at: node.place,
                    "max_delay_ms (\(retry.delayMillisecondsMax)) is below initial_delay_ms (\(retry.initialDelayMilliseconds))")
            }
        }
        block.finish()
        return retry
    }

    private func fallback(_ block: Block) -> FallbackSettings {
        var fallback = FallbackSettings()
        if let triggers = block.list("triggers", countMax: 16, accepts: "triggers") {
            var seen: Set<FallbackSettings.Trigger> = []
            fallback.triggers = triggers.compactMap {
                block.choice($0.node, path: $0.path, of: Array(FallbackSettings.Trigger.allCases), aliases: Self.triggerAliases)
            }.filter { seen.insert($0).inserted }
        }
        fallback.fallbackAttemptsMax = block.int("max_fallback_attempts", in: 0...256) ?? fallback.fallbackAttemptsMax
        block.finish()
        return fallback
    }

    private func breaker(_ block: Block) -> CircuitBreakerSettings {
        var breaker = CircuitBreakerSettings()
        breaker.enabled = block.bool("enabled") ?? breaker.enabled
        breaker.failureThreshold = block.int("failure_threshold", in: 1...10_000) ?? breaker.failureThreshold
        breaker.errorRateThreshold = block.number("error_rate_threshold", in: 0.01...1) ?? breaker.errorRateThreshold
        breaker.windowSeconds = block.int("window_seconds", in: 1...3600) ?? breaker.windowSeconds
        breaker.requestsMin = block.int("minimum_requests", in: 1...1_000_000) ?? breaker.requestsMin
        breaker.recoveryTimeoutSeconds = block.int("recovery_timeout_seconds", in: 1...3600) ?? breaker.recoveryTimeoutSeconds
        breaker.halfOpenRequestsMax = block.int("half_open_max_requests", in: 1...1_000) ?? breaker.halfOpenRequestsMax
        breaker.successThreshold = block.int("success_threshold", in: 1...1_000) ?? breaker.successThreshold
        block.finish()
        return breaker
    }

    // MARK: model groups

    func modelGroups(_ root: Block, targets: [Target], targetsAreComplete: Bool) -> [ModelGroup] {
        guard let items = root.list("model_groups", countMax: 1_000, accepts: "model groups") else { return [] }
        var groups: [ModelGroup] = []
        var taken: [String: String] = [:]
        for target in targets { taken[target.id] = "a target" }
        var fallbacks: [(name: String, node: ConfigNode, path: String)] = []
        for item in items {
            guard let one = Block(item.node, path: item.path, log: self.log, example: "{name: fast, targets: [...]}") else { continue }
            one.missing("name", "fast")
            one.missing("targets", "[...]")
            func claim(_ text: String, _ node: ConfigNode, _ path: String) {
                if let owner = taken[text] {
                    self.log.error(.duplicateName, path, at: node.place, "\"\(ConfigNode.cut(text))\" is the name of \(owner) already", help: "choose another name")
                } else {
                    taken[text] = "a model group"
                }
            }
            var group = ModelGroup(name: one.string("name", bytesMax: 128) ?? "", targets: [])
            if let node = one.node("name"), !group.name.isEmpty { claim(group.name, node, one.path("name")) }
            for (node, path) in one.list("aliases", countMax: 256, accepts: "names") ?? [] {
                guard let alias = one.text(node, path: path, bytesMax: 128) else { continue }
                claim(alias, node, path)
                group.aliases.append(alias)
            }
            let members = one.list("targets", countMax: 256, accepts: "target ids") ?? []
            for (node, path) in members {
                guard let id = one.text(node, path: path, bytesMax: 128) else { continue }
                if targetsAreComplete && !targets.contains(where: { $0.id == id }) {
                    self.log.error(
                        .danglingReference, path, at: node.place, "there is no target \"\(ConfigNode.cut(id))\"",
                        help: Near.did(id, of: targets.map(\.id)) ?? (targets.isEmpty ? nil : "targets: \(targets.prefix(16).map(\.id).joined(separator: ", "))"))
                } else if group.targets.contains(id) {
                    self.log.error(.duplicateName, path, at: node.place, "\"\(ConfigNode.cut(id))\" stands here twice", help: "keep one of the two")
                } else {
                    group.targets.append(id)
                }
            }
            if let node = one.node("targets"), case .list(let list) = node.content, list.isEmpty {
                self.log.error(.outOfRange, one.path("targets"), at: node.place, "a model group needs a target")
            }
            group.fallbackGroup = one.string("fallback_group", bytesMax: 128)
            if group.fallbackGroup != nil, let node = one.node("fallback_group") { fallbacks.append((group.name, node, one.path("fallback_group"))) }
            one.finish()
            groups.append(group)
        }
        self.checkFallbacks(groups, fallbacks)
        return groups
    }

    private func checkFallbacks(_ groups: [ModelGroup], _ fallbacks: [(name: String, node: ConfigNode, path: String)]) {
        for entry in fallbacks {
            var seen: Set<String> = [entry.name]
            var next = groups.first { $0.name == entry.name }?.fallbackGroup
            guard let first = next, groups.contains(where: { $0.name == first }) else {
                self.log.error(
                    .danglingReference, entry.path, at: entry.node.place, "there is no model group \"\(ConfigNode.cut(next ?? ""))\"",
                    help: Near.did(next ?? "", of: groups.map(\.name)))
                continue
            }
            while let name = next, seen.insert(name).inserted { next = groups.first { $0.name == name }?.fallbackGroup }
            if next == entry.name {
                self.log.error(.contradiction, entry.path, at: entry.node.place, "the fallback groups go round in a circle", help: "let the last one have none")
            }
        }
    }
}

enum WireFormat: String, CaseIterable { case openai }

/// `{env: NAME}`, `{file: PATH}` or `{credential: NAME}`. Nothing that stands there is ever repeated in a message: it may be the key itself.
struct SecretReader {
    let log: IssueLog

    func read(_ node: ConfigNode, path: String) -> SecretReference? {
        guard !node.isRefused else { return nil }
        guard case .mapping = node.content, let block = Block(node, path: path, log: self.log) else {
            var help = "write {env: NAME}, {file: /PATH} or {credential: NAME}"
            if case .scalar(let scalar) = node.content, Words.isVariableInCapitals(scalar.text) { help = "write {env: \(scalar.text)}" }
            self.log.error(.wrongType, path, at: node.place, "accepts where the key is, not the key: a block with env, file or credential", help: help)
            return nil
        }
        block.hint("store", "the store is not part of this release; use env, file or credential")
        let name = block.string("env", bytesMax: 256, secret: true)
        let file = block.string("file", bytesMax: 4_096, secret: true)
        let credential = block.string("credential", bytesMax: 255, secret: true)
        block.finish()
        let given = ["env", "file", "credential"].filter(block.has)
        if given.count > 1 {
            self.log.error(.contradiction, path, at: node.place, "accepts one of env, file and credential, found \(given.joined(separator: " and "))", help: "keep one")
            return nil
        }
        if given.isEmpty && block.allEntries.isEmpty {
            self.log.error(.missingKey, path, at: node.place, "says nothing", help: "write {env: NAME}, {file: /PATH} or {credential: NAME}")
        }
        if let name {
            if Words.isVariable(name) { return .environment(name) }
            self.log.error(
                .malformed, block.path("env"), at: block.node("env")?.place ?? block.place, "accepts the NAME of an environment variable", help: "put the key into a variable and write its name here")
        }
        if let file {
            if file.hasPrefix("/") { return .file(file) }
            self.log.error(.malformed, block.path("file"), at: block.node("file")?.place ?? block.place, "accepts an absolute path")
        }
        if let credential {
            if Words.isCredential(credential) { return .credential(credential) }
            self.log.error(.malformed, block.path("credential"), at: block.node("credential")?.place ?? block.place, "accepts the name of a systemd credential")
        }
        return nil
    }
}
