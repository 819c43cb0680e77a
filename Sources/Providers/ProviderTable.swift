/// One provider that a target can name: what is known about it without being told.
public struct ProviderRow: Sendable, Equatable {
    public let id: String
    /// Without a slash at the end. nil: the target has to say it. Empty for `demo`, whose address the supervisor knows.
    public let baseURL: String?
    /// Environment variable that holds the key unless the target says otherwise; nil: no key is sent.
    public let keyVariable: String?
    /// Sends usage on a stream only when `stream_options.include_usage` asks for it. Never true for providers that refuse unknown fields.
    public let wantsUsageAsked: Bool
    public let keyHeader: String
    public let keyPrefix: String

    init(_ id: String, _ baseURL: String?, key: String?, asksUsage: Bool, keyHeader: String = "authorization", keyPrefix: String = "Bearer ") {
        self.id = id
        self.baseURL = baseURL
        self.keyVariable = key
        self.wantsUsageAsked = asksUsage
        self.keyHeader = keyHeader
        self.keyPrefix = keyPrefix
    }
}

/// Every provider known by name; all speak the OpenAI wire format.
public enum ProviderTable {
    public static let demo = "demo"

    /// Mistral refuses unknown fields and sends usage on the last chunk by itself, so it is never sent `stream_options`.
    /// A host of one's own (`openai-compatible`) is not asked either: not every server takes the field, and a stream without usage is estimated.
    public static let rows: [ProviderRow] = [
        ProviderRow("mistral", "https://api.mistral.ai/v1", key: "MISTRAL_API_KEY", asksUsage: false),
        ProviderRow("openai", "https://api.openai.com/v1", key: "OPENAI_API_KEY", asksUsage: true),
        ProviderRow("groq", "https://api.groq.com/openai/v1", key: "GROQ_API_KEY", asksUsage: true),
        ProviderRow("together", "https://api.together.xyz/v1", key: "TOGETHER_API_KEY", asksUsage: true),
        ProviderRow("fireworks", "https://api.fireworks.ai/inference/v1", key: "FIREWORKS_API_KEY", asksUsage: true),
        ProviderRow("deepseek", "https://api.deepseek.com/v1", key: "DEEPSEEK_API_KEY", asksUsage: true),
        ProviderRow("xai", "https://api.x.ai/v1", key: "XAI_API_KEY", asksUsage: true),
        ProviderRow("openrouter", "https://openrouter.ai/api/v1", key: "OPENROUTER_API_KEY", asksUsage: true),
        ProviderRow("perplexity", "https://api.perplexity.ai", key: "PERPLEXITY_API_KEY", asksUsage: false),
        ProviderRow("cerebras", "https://api.cerebras.ai/v1", key: "CEREBRAS_API_KEY", asksUsage: true),
        ProviderRow("nvidia", "https://integrate.api.nvidia.com/v1", key: "NVIDIA_API_KEY", asksUsage: true),
        ProviderRow("ollama", "http://127.0.0.1:11434/v1", key: nil, asksUsage: true),
        ProviderRow("vllm", "http://127.0.0.1:8000/v1", key: nil, asksUsage: true),
        ProviderRow("localai", "http://127.0.0.1:8080/v1", key: nil, asksUsage: true),
        ProviderRow("openai-compatible", nil, key: nil, asksUsage: false),
        ProviderRow(Self.demo, "", key: nil, asksUsage: false),
    ]

    public static func row(_ id: String) -> ProviderRow? { Self.rows.first { $0.id == id } }

    /// Names of the table that `id` may have meant, nearest first, at most three.
    public static func near(_ id: String) -> [String] { NearName.nearest(to: id, of: Self.rows.map(\.id), limit: 3) }
}
