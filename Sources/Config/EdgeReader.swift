internal import Settings

/// What stands between clients and policies: groups, limits, budgets, addresses, origins.
struct EdgeReader {
    let log: IssueLog

    func consumerGroups(_ root: Block) -> [ConsumerGroup] {
        var groups: [ConsumerGroup] = []
        for item in root.list("consumer_groups", countMax: 10_000, accepts: "consumer groups") ?? [] {
            guard let one = Block(item.node, path: item.path, log: self.log, example: "{name: team-a, keys: [{env: TEAM_A_KEY}]}") else { continue }
            one.missing("name", "team-a")
            var group = ConsumerGroup(name: one.string("name", bytesMax: 128) ?? "")
            if groups.contains(where: { $0.name == group.name && !group.name.isEmpty }), let node = one.node("name") {
                self.log.error(.duplicateName, one.path("name"), at: node.place, "a consumer group \"\(ConfigNode.cut(group.name))\" stands above already")
            }
            let secrets = SecretReader(log: self.log)
            group.keys = (one.list("keys", countMax: 10_000, accepts: "key references") ?? []).compactMap { secrets.read($0.node, path: $0.path) }
            if one.has("api_key") {
                one.know(["api_key"])
                self.log.error(.literalSecret, one.path("api_key"), at: one.keyPlace("api_key"), "a key does not belong in this file", help: "write keys: [{env: NAME}]")
            }
            group.allowedModels = one.strings("allowed_models", bytesMax: 256)
            group.rateLimits = one.block("rate_limits").map(self.tier)
            group.isDefault = one.bool("default") ?? false
            if group.isDefault, groups.contains(where: \.isDefault), let node = one.node("default") {
                self.log.error(.contradiction, one.path("default"), at: node.place, "another group is the default already")
            }
            one.finish()
            groups.append(group)
        }
        return groups
    }

    func rateLimits(_ block: Block) -> RateLimits {
        var limits = RateLimits()
        limits.perKey = block.block("per_key").map(self.tier)
        limits.perUser = block.block("per_user").map(self.tier)
        limits.perTeam = block.block("per_team").map(self.tier)
        limits.global = block.block("global").map(self.tier)
        block.finish()
        return limits
    }

    private func tier(_ block: Block) -> RateLimits.Tier {
        var tier = RateLimits.Tier()
        tier.requestsPerMinute = self.either("rpm", "requests_per_minute", block)
        tier.tokensPerMinute = self.either("tpm", "tokens_per_minute", block)
        tier.parallelRequestsMax = block.int("max_parallel_requests", in: 1...1_000_000)
        block.finish()
        return tier
    }

    private func either(_ key: String, _ alias: String, _ block: Block) -> Int? {
        let range = 1...1_000_000_000
        let first = block.int(key, in: range)
        let second = block.int(alias, in: range)
        if block.has(key) && block.has(alias) {
            self.log.error(.contradiction, block.path(alias), at: block.keyPlace(alias), "also given as \(key)", help: "keep one of the two")
        }
        return first ?? second
    }

    func budgets(_ root: Block, targets: [Target], groups: [ConsumerGroup]) -> [Budget] {
        var budgets: [Budget] = []
        for item in root.list("budgets", countMax: 10_000, accepts: "budgets") ?? [] {
            guard let one = Block(item.node, path: item.path, log: self.log, example: "{name: month, limit_usd: 100}") else { continue }
            one.missing("name", "month")
            one.missing("limit_usd", "100")
            var budget = Budget(name: one.string("name", bytesMax: 128) ?? "", limitUSD: one.number("limit_usd", in: 0...1_000_000_000) ?? 0)
            budget.scope = one.choice("scope", Budget.Scope.self) ?? budget.scope
            budget.period = one.choice("period", Budget.Period.self) ?? budget.period
            budget.subject = one.string("subject", bytesMax: 256)
            if let subject = budget.subject, let node = one.node("subject") {
                let known: [String]? =
                    switch budget.scope {
                    case .target: targets.map(\.id)
                    case .group: groups.map(\.name)
                    case .global: []
                    case .key, .user: nil
                    }
                if let known, !known.contains(subject) {
                    let what = budget.scope == .global ? "a global budget has no subject" : "there is no \(budget.scope.rawValue) \"\(ConfigNode.cut(subject))\""
                    self.log.error(.danglingReference, one.path("subject"), at: node.place, what, help: Near.did(subject, of: known))
                }
            }
            if budgets.contains(where: { $0.name == budget.name && !budget.name.isEmpty }), let node = one.node("name") {
                self.log.error(.duplicateName, one.path("name"), at: node.place, "a budget \"\(ConfigNode.cut(budget.name))\" stands above already")
            }
            one.finish()
            budgets.append(budget)
        }
        return budgets
    }

    func allowlist(_ block: Block) -> AddressAllowlist {
        var list = AddressAllowlist()
        // The block alone switches it on: whoever writes addresses means them.
        list.enabled = block.bool("enabled") ?? true
        if list.enabled { block.missing("cidrs", "[10.0.0.0/8]") }
        for (node, path) in block.list("cidrs", countMax: 10_000, accepts: "address ranges") ?? [] {
            guard let text = block.text(node, path: path, bytesMax: 64) else { continue }
            if AddressRange(text) == nil {
                self.log.error(.malformed, path, at: node.place, "accepts an address or a range such as 10.0.0.0/8 or 2001:db8::/32, found \"\(ConfigNode.cut(text))\"", help: Self.masked(text))
            } else {
                list.cidrs.append(text)
            }
        }
        list.trustedProxyDepth = block.int("trust_proxy_depth", in: 0...16) ?? 0
        block.finish()
        return list
    }

    /// The range that an address with bits behind its prefix meant.
    private static func masked(_ text: String) -> String? {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let length = Int(parts[1]), var bytes = AddressRange.address(String(parts[0])), bytes.count == 4, (0...32).contains(length) else { return nil }
        for bit in length..<32 { bytes[bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
        return "write \(bytes.map(String.init).joined(separator: "."))/\(length)"
    }

    func crossOrigin(_ block: Block) -> CrossOrigin {
        var cors = CrossOrigin()
        cors.enabled = block.bool("enabled") ?? true
        for (node, path) in block.list("allow_origins", countMax: 1_000, accepts: "origins") ?? [] {
            guard let text = block.text(node, path: path, bytesMax: 512) else { continue }
            if text != "*", !Self.isOrigin(text) {
                self.log.error(.malformed, path, at: node.place, "accepts \"*\" or an origin such as https://app.example.com, found \"\(ConfigNode.cut(text))\"")
            } else {
                cors.allowOrigins.append(text)
            }
        }
        cors.allowMethods = self.tokens("allow_methods", block)?.map { $0.uppercased() } ?? cors.allowMethods
        cors.allowHeaders = self.tokens("allow_headers", block)?.map { $0.lowercased() } ?? cors.allowHeaders
        cors.exposeHeaders = self.tokens("expose_headers", block)?.map { $0.lowercased() } ?? cors.exposeHeaders
        cors.credentials = block.bool("credentials") ?? cors.credentials
        cors.ageSecondsMax = block.int("max_age", in: 0...86_400) ?? cors.ageSecondsMax
        if cors.credentials && cors.allowOrigins.contains("*"), let node = block.node("credentials") {
            self.log.error(.contradiction, block.path("credentials"), at: node.place, "browsers refuse credentials together with the origin \"*\"", help: "list the origins")
        }
        block.finish()
        return cors
    }

    private func tokens(_ key: String, _ block: Block) -> [String]? {
        block.list(key, countMax: 100, accepts: "names")?.compactMap { item in
            guard let text = block.text(item.node, path: item.path, bytesMax: 128) else { return nil }
            if Words.isHeaderName(text) { return text }
            self.log.error(.malformed, item.path, at: item.node.place, "accepts a name without spaces, found \"\(ConfigNode.cut(text))\"")
            return nil
        }
    }

    /// scheme://host[:port] and nothing behind it (RFC 6454 section 6.2).
    private static func isOrigin(_ text: String) -> Bool {
        guard case .url(let url, _, _, false) = BaseURL.parse(text) else { return false }
        return !text.hasSuffix("/") && url == text.lowercased()
    }
}
