public import Exchange
public import Policies
internal import Settings

/// What the model of `prompt-injection` would be asked about labelled texts, for tools/injection-model: JSON Lines, the first of which
/// names the features. Made by the engine that serves, so training and serving cannot differ. Holds hashes of words, never the texts.
public struct InjectionFeatureLines {
    private let engine: PolicyEngine

    /// The rules with the defaults of `prompt-injection`. Compiles patterns: takes a moment.
    public init() throws(PolicyCompileError) {
        var settings = PolicySettings()
        settings.chain = [.promptInjection]
        self.engine = try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
    }

    public var head: JSONValue {
        let features = InjectionSample.features.map { feature -> JSONValue in
            .object([
                .init("hash", .string(String(feature.hash, radix: 16))), .init("name", .string(feature.name)), .init("group", .string(feature.group)),
                .init("rule", .bool(feature.isRule)), .init("weight", JSONValue(feature.weight)),
            ])
        }
        return .object([
            .init("features", .array(features)), .init("bucket_bits", JSONValue(InjectionSample.bucketBits)),
            .init("rules", .string(String(InjectionModel.rulesFingerprint, radix: 16))),
        ])
    }

    /// `windows` is empty without an indicator of an attack.
    public func line(_ text: LabelledText, role: TextRole) -> JSONValue {
        let origin = TextOrigin(role: role, field: .content, index: 0, subIndex: 0)
        var windows: [JSONValue] = []
        var score = 0.0
        self.engine.onSightings = { _, sightings, texts in
            windows = InjectionSample.all(in: sightings, texts).map { sample in
                .object([
                    .init("view", JSONValue(sample.view)),
                    .init("features", .array(sample.features.map { .array([JSONValue($0.number), JSONValue($0.value)]) })),
                    .init("buckets", .array(sample.buckets.map { JSONValue($0) })),
                ])
            }
            score = InjectionScore.of(sightings, in: texts).value
        }
        _ = self.engine.evaluateInput([TextSegment(bytes: text.text, origin: origin)])
        self.engine.onSightings = nil
        return .object([.init("id", .string(text.id)), .init("score", JSONValue(score)), .init("windows", .array(windows))])
    }
}
