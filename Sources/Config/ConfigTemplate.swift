/// Configurations to start from; each is valid as it is.
public enum ConfigTemplate: String, CaseIterable, Sendable {
    case mistral, fallback, demo, relay

    public var text: String {
        switch self {
        case .mistral: Self.head("mistral-gateway") + Self.policies + Self.mistralTarget
        case .fallback: Self.head("fallback-gateway") + Self.policies + Self.fallbackTargets
        case .demo: Self.head("demo") + Self.policies + Self.demoTarget
        case .relay: Self.head("relay") + Self.recordOnly + Self.mistralTarget
        }
    }

    private static func head(_ name: String) -> String {
        """
        # Check it with `kt policy lint`; every key is explained in docs/configuration.md.
        pack:
          name: \(name)
          version: 1.0.0
          enabled: true

        """
    }

    private static let policies = """
        policies:
          chain:                 # in this order
            - prompt-injection
            - pii-detector
            - safety-filter
            - audit-logger
        policy:
          prompt-injection:
            threshold: 0.8       # 0 to 1; lower finds more and errs more
            action: block        # block, escalate or log
          pii-detector:
            action: redact       # redact or block
          safety-filter:
            mode: strict
            action: block        # block, escalate or log
          audit-logger:
            log_all_access: true # false: only requests with a finding

        """

    private static let recordOnly = """
        policies:
          chain:
            - audit-logger
        policy:
          audit-logger:
            log_all_access: true # false: only requests with a finding

        """

    private static let mistralTarget = """
        providers:
          strategy: single
          targets:
            - id: mistral-large
              provider: mistral
              model: mistral-large-latest
              secret_key_ref:
                env: MISTRAL_API_KEY

        """

    private static let fallbackTargets = """
        providers:
          strategy: fallback     # the next target when one fails
          targets:
            - id: mistral-primary
              provider: mistral
              model: mistral-large-latest
              secret_key_ref:
                env: MISTRAL_API_KEY
            - id: openai-fallback
              provider: openai
              model: gpt-4o
              secret_key_ref:
                env: OPENAI_API_KEY

        """

    private static let demoTarget = """
        providers:
          targets:
            - id: demo
              provider: demo     # answers by itself on this host
              model: demo

        """
}
