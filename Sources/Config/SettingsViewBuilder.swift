internal import Settings

/// Puts every setting back under its key of the document.
struct SettingsViewBuilder {
    typealias Value = SettingsView.Value
    let showsHeaderValues: Bool

    func view(_ settings: GatewaySettings) -> Value {
        self.object([
            (
                "pack",
                self.object([
                    ("name", .string(settings.pack.name)), ("version", .string(settings.pack.version)), ("enabled", .bool(settings.pack.enabled)),
                    ("description", self.string(settings.pack.description)),
                ])
            ),
            ("policies", self.object([("chain", .list(settings.policies.chain.map { .string($0.rawValue) }))])),
            ("policy", self.object(settings.policies.chain.map { ($0.rawValue, self.options($0, settings.policies)) })),
            ("providers", self.providers(settings.providers)),
            ("model_groups", .list(settings.modelGroups.map(self.modelGroup))),
            ("consumer_groups", .list(settings.consumerGroups.map(self.consumerGroup))),
            (
                "rate_limits",
                self.object([
                    ("per_key", settings.rateLimits.perKey.map(self.tier)), ("per_user", settings.rateLimits.perUser.map(self.tier)),
                    ("per_team", settings.rateLimits.perTeam.map(self.tier)), ("global", settings.rateLimits.global.map(self.tier)),
                ])
            ),
            ("budgets", .list(settings.budgets.map(self.budget))),
            (
                "ip_allowlist",
                self.object([
                    ("enabled", .bool(settings.allowlist.enabled)), ("cidrs", self.strings(settings.allowlist.cidrs)),
                    ("trust_proxy_depth", .int(settings.allowlist.trustedProxyDepth)),
                ])
            ),
            ("cors", self.cors(settings.cors)),
            ("gateway", self.gateway(settings.gateway)),
        ])
    }

    /// Leaves out what is nil.
    private func object(_ members: [(String, Value?)]) -> Value {
        .object(members.compactMap { key, value in value.map { .init(key: key, value: $0) } })
    }
    private func string(_ text: String?) -> Value? { text.map { .string($0) } }
    private func int(_ number: Int?) -> Value? { number.map { .int($0) } }
    private func strings(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }

    private func patterns(_ patterns: [CustomPattern]) -> Value {
        .list(
            patterns.map { pattern in
                if pattern.name == nil && pattern.lengthMax == nil { return .string(pattern.pattern) }
                return self.object([("name", self.string(pattern.name)), ("pattern", .string(pattern.pattern)), ("max_length", self.int(pattern.lengthMax))])
            })
    }

    private func options(_ kind: PolicyKind, _ policies: PolicySettings) -> Value {
        switch kind {
        case .promptInjection:
            let options = policies.promptInjection
            return self.object([
                ("threshold", .double(options.threshold)), ("action", .string(options.action.rawValue)),
                ("detection", self.object([("attack_patterns", self.patterns(options.attackPatterns))])),
                (
                    "encoding",
                    self.object([
                        ("decode_base64", .bool(options.decodesBase64)), ("normalize_unicode", .bool(options.normalizesUnicode)),
                        ("detect_homoglyphs", .bool(options.detectsHomoglyphs)),
                    ])
                ),
                (
                    "boundaries",
                    self.object([
                        ("enforce_delimiters", .bool(options.enforcesDelimiters)), ("reject_fake_boundaries", .bool(options.rejectsFakeBoundaries)),
                    ])
                ),
                ("response", self.object([("message", self.string(options.message)), ("log_level", self.string(options.logLevel))])),
                ("scan_roles", .list(options.scanRoles.map { .string($0.rawValue) })),
            ])
        case .piiDetector:
            let options = policies.piiDetector
            return self.object([
                ("action", .string(options.action.rawValue)), ("entities", options.entities.map(self.strings)), ("pci_mode", .bool(options.pciMode)),
                ("healthcare_mode", .bool(options.healthcareMode)), ("detect_patterns", self.patterns(options.detectPatterns)),
                (
                    "redaction",
                    self.object([
                        ("marker_format", .string(options.markerFormat.rawValue)), ("include_metadata", .bool(options.includesMetadata)),
                        ("preserve_length", .bool(options.preservesLength)),
                        ("custom_markers", self.object(options.customMarkers.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                    ])
                ),
            ])
        case .safetyFilter:
            let options = policies.safetyFilter
            return self.object([
                ("mode", .string(options.mode.rawValue)), ("action", .string(options.action.rawValue)), ("block_if", self.strings(options.blockIf)),
                ("fuzzy_matching", .bool(options.fuzzyMatching)), ("max_distance", .int(options.distanceMax)), ("max_age", .int(options.ageMax)),
            ])
        case .qualityScorer:
            let options = policies.qualityScorer
            return self.object([
                ("min_output_chars", self.int(options.outputCharsMin)), ("min_sentences", self.int(options.sentencesMin)),
                (
                    "assertions",
                    .list(
                        options.assertions.map { one in
                            self.object([
                                ("type", .string(one.type.rawValue)), ("name", .string(one.name)),
                                ("value", one.schema.map { .string($0) } ?? (one.values.isEmpty ? nil : self.strings(one.values))),
                                ("threshold", .double(one.threshold)), ("weight", .double(one.weight)), ("mode", .string(one.mode.rawValue)),
                                ("negate", .bool(one.negate)), ("case_sensitive", one.isCaseSensitive ? nil : .bool(false)),
                            ])
                        })
                ),
                ("thresholds", self.object([("min_aggregate", options.aggregateMin.map { .double($0) })])),
                ("failure_action", .string(options.failureAction.rawValue)),
            ])
        case .dlpFilter:
            let options = policies.dlpFilter
            return self.object([
                ("detect_patterns", self.patterns(options.detectPatterns)), ("blocked_terms", self.strings(options.blockedTerms)),
                ("action", .string(options.action.rawValue)), ("fuzzy_matching", .bool(options.fuzzyMatching)), ("max_distance", .int(options.distanceMax)),
                ("sensitivity_level", self.string(options.sensitivityLevel)),
            ])
        case .entityListFilter:
            let options = policies.entityListFilter
            return self.object([
                ("blocked_entities", self.strings(options.blockedEntities)), ("fuzzy_matching", .bool(options.fuzzyMatching)),
                ("max_distance", .int(options.distanceMax)),
            ])
        case .agentFirewall:
            let options = policies.agentFirewall
            return self.object([
                ("allowed_tools", options.allowedTools.map(self.strings)), ("blocked_tools", self.strings(options.blockedTools)),
                ("max_actions_per_session", self.int(options.actionsPerSessionMax)),
            ])
        case .dataRoutingPolicy:
            let options = policies.dataRouting
            return self.object([
                ("require_zero_data_retention", .bool(options.requiresZeroDataRetention)), ("require_no_training", .bool(options.requiresNoTraining)),
                ("max_retention_days", self.int(options.retentionDaysMax)), ("on_no_compliant_provider", .string(options.onNoCompliantProvider.rawValue)),
            ])
        case .auditLogger:
            let options = policies.auditLogger
            return self.object([
                ("retention_days", .int(options.retentionDays)), ("immutable", .bool(options.immutable)), ("log_all_access", .bool(options.logsAllAccess)),
                ("log_content", .string(options.content.rawValue)),
            ])
        case .testFault:
            return self.object([
                ("compile", .string(policies.testFault.compile.rawValue)), ("start", .string(policies.testFault.start.rawValue)),
            ])
        }
    }

    private func providers(_ providers: ProviderSettings) -> Value {
        self.object([
            ("strategy", .string(providers.strategy.rawValue)), ("sticky_by", self.string(providers.stickyBy)),
            ("targets", .list(providers.targets.map(self.target))),
            (
                "circuit_breaker",
                self.object([
                    ("enabled", .bool(providers.breaker.enabled)), ("failure_threshold", .int(providers.breaker.failureThreshold)),
                    ("error_rate_threshold", .double(providers.breaker.errorRateThreshold)), ("window_seconds", .int(providers.breaker.windowSeconds)),
                    ("minimum_requests", .int(providers.breaker.requestsMin)), ("recovery_timeout_seconds", .int(providers.breaker.recoveryTimeoutSeconds)),
                    ("half_open_max_requests", .int(providers.breaker.halfOpenRequestsMax)), ("success_threshold", .int(providers.breaker.successThreshold)),
                ])
            ),
            (
                "fallback",
                self.object([
                    ("triggers", .list(providers.fallback.triggers.map { .string($0.rawValue) })),
                    ("max_fallback_attempts", .int(providers.fallback.fallbackAttemptsMax)),
                ])
            ),
        ])
    }

    private func target(_ target: Target) -> Value {
        let provider = target.kind == .chat ? target.provider : "\(target.provider):\(target.kind.rawValue):\(target.model)"
        return self.object([
            ("id", .string(target.id)), ("provider", .string(provider)), ("model", .string(target.model)),
            ("base_url", target.baseURL.isEmpty ? nil : .string(target.baseURL)), ("secret_key_ref", target.secret.map(self.secret)),
            ("timeout_seconds", .int(target.timeoutSeconds)), ("stream_timeout_seconds", .int(target.streamTimeoutSeconds)),
            ("stream_idle_timeout_seconds", .int(target.streamIdleTimeoutSeconds)), ("max_context_tokens", self.int(target.contextTokensMax)),
            ("format", .string(target.format)), ("provider_type", self.string(target.providerType)), ("description", self.string(target.description)),
            ("weight", .double(target.weight)),
            ("pricing", target.pricing.map { self.object([("prompt", .double($0.prompt)), ("completion", .double($0.completion))]) }),
            (
                "health_probe",
                self.object([
                    ("enabled", .bool(target.healthProbe.enabled)), ("interval_seconds", .int(target.healthProbe.intervalSeconds)),
                    ("timeout_seconds", .int(target.healthProbe.timeoutSeconds)),
                ])
            ),
            ("headers", self.object(target.headers.map { ($0.name, .string(self.showsHeaderValues ? $0.value : "***")) })),
            ("api_key_header", .string(target.apiKeyHeader)), ("api_key_prefix", .string(target.apiKeyPrefix)),
            ("allow_insecure", .bool(target.allowsInsecure)),
            (
                "data_policy",
                self.object([
                    ("zero_data_retention", .bool(target.dataPolicy.zeroDataRetention)), ("training_opt_out", .bool(target.dataPolicy.trainingOptOut)),
                    ("retention_days", self.int(target.dataPolicy.retentionDays)),
                ])
            ),
            (
                "retry",
                self.object([
                    ("max_attempts", .int(target.retry.attemptsMax)), ("initial_delay_ms", .int(target.retry.initialDelayMilliseconds)),
                    ("max_delay_ms", .int(target.retry.delayMillisecondsMax)), ("backoff_multiplier", .double(target.retry.backoffMultiplier)),
                    ("jitter", .bool(target.retry.jitter)), ("retryable_status_codes", .list(target.retry.retryableStatusCodes.map { .int($0) })),
                ])
            ),
        ])
    }

    private func secret(_ reference: SecretReference) -> Value {
        switch reference {
        case .environment(let name): .string("env:\(name)")
        case .file(let path): .string("file:\(path)")
        case .credential(let name): .string("credential:\(name)")
        }
    }

    private func modelGroup(_ group: ModelGroup) -> Value {
        self.object([
            ("name", .string(group.name)), ("aliases", self.strings(group.aliases)), ("targets", self.strings(group.targets)),
            ("fallback_group", self.string(group.fallbackGroup)),
        ])
    }

    private func tier(_ tier: RateLimits.Tier) -> Value {
        self.object([
            ("rpm", self.int(tier.requestsPerMinute)), ("tpm", self.int(tier.tokensPerMinute)), ("max_parallel_requests", self.int(tier.parallelRequestsMax)),
        ])
    }

    private func consumerGroup(_ group: ConsumerGroup) -> Value {
        self.object([
            ("name", .string(group.name)), ("keys", .list(group.keys.map(self.secret))), ("allowed_models", group.allowedModels.map(self.strings)),
            ("rate_limits", group.rateLimits.map(self.tier)), ("default", .bool(group.isDefault)),
        ])
    }

    private func budget(_ budget: Budget) -> Value {
        self.object([
            ("name", .string(budget.name)), ("scope", .string(budget.scope.rawValue)), ("subject", self.string(budget.subject)),
            ("limit_usd", .double(budget.limitUSD)), ("period", .string(budget.period.rawValue)),
        ])
    }

    private func cors(_ cors: CrossOrigin) -> Value {
        self.object([
            ("enabled", .bool(cors.enabled)), ("allow_origins", self.strings(cors.allowOrigins)), ("allow_methods", self.strings(cors.allowMethods)),
            ("allow_headers", self.strings(cors.allowHeaders)), ("expose_headers", self.strings(cors.exposeHeaders)), ("credentials", .bool(cors.credentials)),
            ("max_age", .int(cors.ageSecondsMax)),
        ])
    }

    private func gateway(_ gateway: ProcessSettings) -> Value {
        let limits = gateway.limits
        return self.object([
            ("listen", self.strings(gateway.listen.map(\.description))), ("admin_listen", .string(gateway.adminListen.description)),
            ("workers", gateway.workers.map { .int($0) } ?? .string("auto")),
            (
                "tls",
                gateway.tls.map { self.object([("certificate", .string($0.certificate)), ("key", .string($0.key)), ("client_ca", self.string($0.clientCA))]) }
            ),
            (
                "limits",
                self.object([
                    ("body_bytes", .int(limits.bodyBytesMax)), ("head_bytes", .int(limits.headBytesMax)), ("connections", .int(limits.connectionsMax)),
                    ("connections_per_address", .int(limits.connectionsPerAddressMax)), ("head_seconds", .int(limits.headSeconds)),
                    ("body_seconds", .int(limits.bodySeconds)), ("idle_seconds", .int(limits.idleSeconds)), ("write_seconds", .int(limits.writeSeconds)),
                ])
            ),
            ("keep_alive_seconds", .int(gateway.keepAliveSeconds)), ("hang_seconds", .int(gateway.hangSeconds)), ("drain_seconds", .int(gateway.drainSeconds)),
            ("errors", self.object([("block_status", .int(gateway.blockStatus))])),
            ("log", self.object([("level", .string(gateway.logLevel.rawValue)), ("format", .string(gateway.logFormat.rawValue))])),
            ("fail_mode", .string(gateway.failMode.rawValue)), ("max_concurrency", .int(gateway.concurrencyMax)), ("api_token", gateway.apiToken.map(self.secret)),
        ])
    }
}
