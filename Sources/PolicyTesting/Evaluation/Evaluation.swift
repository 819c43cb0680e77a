public import Policies
public import Settings

/// Labelled files through the policies of a configuration.
public struct Evaluation {
    public struct CutResult: Sendable, Equatable {
        public var texts = 0
        public var cuttings = 0
        public var differences = 0
        /// Of the first texts that differ.
        public var ids: [String] = []
        static let idsMax = 20
    }

    /// Predictions for one task.
    public struct Predictions: Sendable {
        public let task: EvaluationTask
        /// JSON Lines, as scorers read them.
        public let lines: [UInt8]
    }

    public private(set) var report = EvaluationReport()
    public private(set) var predictions: [Predictions] = []

    public struct Options: Sendable {
        /// How often each text is streamed in random pieces; 0: not at all.
        public var cuts = 0
        public var seed: UInt64 = 1
        public var keepsPredictions = false
        public init() {}
    }

    /// Told between texts: what is done, and how much of it.
    public typealias Progress = (_ stage: String, _ done: Int, _ count: Int) -> Void

    /// Blocks until all is done. Reads no clock.
    public init(
        _ files: [LabelledFile], settings: PolicySettings, options: Options, progress: Progress = { _, _, _ in }
    ) throws(PolicyCompileError) {
        progress("compiling", 0, 1)
        let benign = files.filter { $0.task == .benign }.flatMap(\.texts)
        let onlyBenign = files.allSatisfy { $0.task == .benign }
        let evaluator = try Evaluator(settings, tasks: onlyBenign ? [.injection, .safety] : Set(files.map(\.task)))
        self.report.files = files.map { .init(name: $0.name, task: $0.task, count: $0.texts.count) }
        for task in [EvaluationTask.injection, .safety, .pii] {
            var own = files.filter { $0.task == task }.flatMap(\.texts)
            let takesBenign = task != .pii && (!own.isEmpty || onlyBenign)
            guard !own.isEmpty || takesBenign else { continue }
            let ownCount = own.count
            if takesBenign { own += benign }
            guard evaluator.canEvaluate(task) else {
                self.report.notes.append("\(task.rawValue): \(Evaluator.kind(of: task)?.rawValue ?? "") is not in the chain, nothing is evaluated")
                continue
            }
            var lines: [UInt8] = []
            var predicted: [Prediction] = []
            predicted.reserveCapacity(own.count)
            for (index, text) in own.enumerated() {
                if index % 256 == 0 { progress(task.rawValue, index, own.count) }
                let prediction = evaluator.predict(text.text, task) ?? Prediction(isPositive: false, verdict: Verdict.allow.name)
                if options.keepsPredictions { lines += prediction.json(id: text.id, hasSpans: task == .pii).compact + [0x0A] }
                predicted.append(prediction)
            }
            if options.keepsPredictions { self.predictions.append(Predictions(task: task, lines: lines)) }
            if task == .pii {
                self.report.add(EntityEvaluation(zip(own, predicted).map { .init(text: $0, prediction: $1) }, fold: Self.plain))
            } else {
                let items = zip(own, predicted).enumerated().map { index, pair in
                    BinaryEvaluation.Item(text: pair.0, prediction: pair.1, isBenign: index >= ownCount)
                }
                self.report.add(BinaryEvaluation(task: task, items: items))
            }
        }
        if options.cuts > 0 {
            self.report.cuts = Self.cut(files, StreamComparison(evaluator.chain), options, progress)
        }
    }

    /// Every text once, however many files it stands in.
    private static func cut(
        _ files: [LabelledFile], _ comparison: StreamComparison, _ options: Options, _ progress: Progress
    ) -> CutResult {
        var result = CutResult()
        var numbers = SeededNumbers(seed: options.seed)
        let texts = files.flatMap(\.texts)
        for (index, text) in texts.enumerated() {
            if index % 64 == 0 { progress("cuts", index, texts.count) }
            let differences = comparison.differences(text.text, count: options.cuts, &numbers)
            result.texts += 1
            result.cuttings += options.cuts
            result.differences += differences
            if differences > 0, result.ids.count < CutResult.idsMax { result.ids.append(text.id) }
        }
        return result
    }

    private static func plain(_ text: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        var map: [Int32] = []
        return NormalizedText.fold(text.span, accents: .kept, into: &folded, map: &map) ? folded : text
    }
}
