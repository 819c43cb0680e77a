internal import Exchange
internal import Patterns
public import Settings

/// A compiled chain at work: one per worker, for one thread.
public final class PolicyEngine {
    let settings: PolicySettings
    let content: PolicyContent
    let input: PhaseDetector
    let output: PhaseDetector
    private let inputContext: OutputContext
    private let watch: PolicyWatch
    private let failMode: FailMode
    private let placeholderKey: PlaceholderKey
    /// Values of requests get placeholders.
    private let hidesValues: Bool
    let indicatorFold: TextFold?
    private var pool: [OutputPolicies] = []
    private static let poolMax = 64
    /// In one request; more say nothing new.
    private static let sightingsMax = 4096

    // Reused from request to request.
    private var joined: [UInt8] = []
    private var map: [Int32] = []
    private var parts: [Part] = []
    private var candidates = CandidateQueue()
    private let inputAllowed: PhaseOutcome

    /// `image` is `PolicyProgram.image` of the same settings and content: read-only, on a page boundary, and it outlives the engine.
    /// `failMode`: what becomes of a text that a policy could not be evaluated for. `placeholderKey`: the gateway's.
    public convenience init(
        settings: PolicySettings, image: UnsafeRawBufferPointer, content: PolicyContent = PolicyContent(), failMode: FailMode = .block,
        placeholderKey: PlaceholderKey
    ) throws(PolicyCompileError) {
        let image = try unsafe PolicyImage(image)
        let input = PhaseProgram(.input, settings, content)
        let output = PhaseProgram(.output, settings, content)
        if let fault = input.fault ?? output.fault { throw fault }
        let watch = PolicyWatch()
        self.init(
            settings, content, PhaseDetector(input, try image.scanner(0, for: input), watch),
            PhaseDetector(output, try image.scanner(1, for: output), watch), failMode, placeholderKey)
    }

    /// For a process that has just compiled the program.
    public convenience init(
        _ program: PolicyProgram, failMode: FailMode = .block, placeholderKey: PlaceholderKey = .published
    ) throws(PolicyCompileError) {
        do {
            let watch = PolicyWatch()
            self.init(
                program.settings, program.content, PhaseDetector(program.input, try PatternScanner(program.inputSet), watch),
                PhaseDetector(program.output, try PatternScanner(program.outputSet), watch), failMode, placeholderKey)
        } catch {
            throw PolicyCompileError(message: error.description)
        }
    }

    private init(
        _ settings: PolicySettings, _ content: PolicyContent, _ input: PhaseDetector, _ output: PhaseDetector, _ failMode: FailMode,
        _ placeholderKey: PlaceholderKey
    ) {
        self.failMode = failMode
        self.placeholderKey = placeholderKey
        self.hidesValues = input.program.uses.contains { $0.stem != nil }
        self.settings = settings
        self.content = content
        self.indicatorFold = content.indicatorFold?(settings.promptInjection)
        self.input = input
        self.output = output
        self.watch = input.watch
        self.inputContext = OutputContext(input, fold: content.recognizerFold)
        var allowed = PhaseOutcome()
        for policy in input.program.policies {
            var report = PolicyReport(kind: policy.kind, phase: .input)
            if policy.rules != nil { report.score = 0 }
            allowed.reports.append(report)
        }
        self.inputAllowed = allowed
    }

    /// Called before a policy looks at something, in both phases: with its `PolicyKind.number`, or 0 for what all of them share, the decoders and
    /// the scan for patterns. One closure kept for good; it must not call back.
    public var onPolicy: ((_ number: Int) -> Void)? {
        get { self.watch.onPolicy }
        set { self.watch.onPolicy = newValue }
    }

    /// Told what an indicator policy is judging in a request, and the bytes that `IndicatorSighting.text` is a range of: for tools, never for
    /// a log or an event. It must not call back.
    public var onSightings: ((_ kind: PolicyKind, _ sightings: [IndicatorSighting], _ texts: [UInt8]) -> Void)?

    /// False: requests need not be decoded for policies.
    public var hasInputTexts: Bool { !self.input.program.isEmpty }
    /// False: answers need not be decoded for policies.
    public var hasOutputTexts: Bool { !self.output.program.isEmpty || self.output.program.scorer != nil }
    /// Nothing of an answer may go out before all of it was scored: see `OutputPolicies.finish`.
    public var withholdsAnswers: Bool { self.output.program.scorer?.withholds ?? false }

    /// Policies for one answer. Give it back with `endOutput` to save allocations.
    ///
    /// - Parameter restoring: the placeholders of the request; where the answer contains one its value comes back.
    public func beginOutput(restoring placeholders: Placeholders = Placeholders()) -> OutputPolicies {
        let policies =
            self.pool.popLast() ?? OutputPolicies(OutputContext(self.output, fold: self.content.recognizerFold, failMode: self.failMode))
        policies.context.restores = placeholders
        return policies
    }

    public func endOutput(_ policies: OutputPolicies) {
        policies.reset()
        if self.pool.count < Self.poolMax { self.pool.append(policies) }
    }

    // MARK: Requests

    /// A text in `joined`: a segment, a folded copy of it, or what it says when decoded.
    private struct Part {
        var segment: Int
        var view: Int
        var range: Range<Int>
        /// Where its map starts in `map`; nil: offsets are the segment's own.
        var map: Int?
        var isForRecognizers: Bool
        var isForIndicators: Bool
    }

    /// What the chain makes of a request's texts. `tools`: the names of the tools that it declares.
    public func evaluateInput(_ segments: [TextSegment], tools: [[UInt8]] = []) -> PhaseOutcome {
        self.watch.begin()
        guard let firewall = self.input.program.firewall else { return self.evaluateHiding(segments, []) }
        self.watch.look(self.input.program.policies[firewall.number].number)
        let actions = segments.count { $0.origin.field == .toolName }
        var objections = tools.compactMap { firewall.rules.objection(to: $0.span) }
        if let objection = firewall.rules.objection(toActions: actions) { objections.append(objection) }
        var outcome = self.evaluateHiding(segments, objections)
        outcome.actions = actions
        return outcome
    }

    /// With placeholders in place of values, where the settings say so.
    private func evaluateHiding(_ segments: [TextSegment], _ objections: [ToolRules.Objection]) -> PhaseOutcome {
        guard self.hidesValues else { return self.evaluate(segments, objections) }
        let maker = PlaceholderMaker(self.placeholderKey)
        self.inputContext.hides = maker
        defer { self.inputContext.hides = nil }
        var outcome = self.evaluate(segments, objections)
        if outcome.edits.isEmpty { return outcome }
        if maker.settle(segments) { outcome = self.evaluate(segments, objections) }
        outcome.placeholders = maker.placeholders
        return outcome
    }

    private func evaluate(_ segments: [TextSegment], _ objections: [ToolRules.Objection]) -> PhaseOutcome {
        self.join(segments)
        let hasArguments = segments.contains { $0.origin.field == .toolArguments }
        if self.parts.isEmpty && !hasArguments && objections.isEmpty { return self.inputAllowed }
        if self.input.program.isEmpty { return self.inputAllowed }
        var collected = Collected(self.input.program)
        collected.note(objections, self.input.program)
        if self.input.program.patterns.isEmpty { return objections.isEmpty ? self.inputAllowed : self.outcome(&collected) }
        if self.input.scanner.usesTextEdges {
            for part in self.parts {
                self.input.scan(self.joined.span.extracting(part.range))
                if self.input.scanner.hasFailed { _ = collected.findings.failAll(self.input.program) }
                if !self.input.hits.isEmpty { self.collect(part, 0..<self.input.hits.count, 0, segments, &collected) }
            }
        } else if !self.parts.isEmpty {
            self.input.scan(self.joined.span)
            let hasFailed = self.input.scanner.hasFailed
            if self.input.hits.isEmpty && !hasArguments && !hasFailed && objections.isEmpty { return self.inputAllowed }
            if hasFailed { _ = collected.findings.failAll(self.input.program) }
            self.collectJoined(segments, &collected)
        }
        if hasArguments { self.collectArguments(segments, &collected) }
        return self.outcome(&collected)
    }

    /// Joined by a byte that no UTF-8 text has, so that no match confirmed in one part can reach into another.
    private func join(_ segments: [TextSegment]) {
        self.joined.removeAll(keepingCapacity: true)
        self.map.removeAll(keepingCapacity: true)
        self.parts.removeAll(keepingCapacity: true)
        let hasRules = self.input.program.hasIndicators
        for (number, segment) in segments.enumerated() where !segment.bytes.isEmpty {
            let isArguments = segment.origin.field == .toolArguments
            if isArguments, !hasRules { continue }
            let text = segment.bytes.span
            var isForRecognizers = !isArguments
            if isASCII(text) {
                self.add(text, number, view: 0, isForRecognizers: isForRecognizers, isForIndicators: hasRules)
                continue
            }
            if hasRules {
                if let fold = self.indicatorFold, self.addFolded(text, number, fold, isForRecognizers: false) {
                    guard isForRecognizers else { continue }
                    if let fold = self.content.recognizerFold, self.addFolded(text, number, fold, isForRecognizers: true) {
                        continue
                    }
                    self.add(text, number, view: 0, isForRecognizers: true, isForIndicators: false)
                    continue
                }
            }
            if isForRecognizers, let fold = self.content.recognizerFold, self.addFolded(text, number, fold, isForRecognizers: true) {
                isForRecognizers = false
                if !hasRules { continue }
            }
            self.add(text, number, view: 0, isForRecognizers: isForRecognizers, isForIndicators: hasRules)
        }
        if hasRules, self.settings.chain.contains(.promptInjection), let views = self.content.views {
            self.addViews(segments, views)
        }
        if !self.joined.isEmpty { self.joined.removeLast() }
    }

    private func addViews(
        _ segments: [TextSegment],
        _ views: @Sendable (Span<UInt8>, PromptInjectionOptions, inout [TextView]) -> Void
    ) {
        var found: [TextView] = []
        let roles = self.input.program.policies.first { $0.kind == .promptInjection }?.roles ?? []
        for (number, segment) in segments.enumerated() where roles.contains(segment.origin.role.rawValue) {
            found.removeAll(keepingCapacity: true)
            views(segment.bytes.span, self.settings.promptInjection, &found)
            for (place, view) in found.enumerated() {
                self.add(view.bytes.span, number, view: view.isDecoded ? place + 1 : -1 - place, isForRecognizers: false, isForIndicators: true)
            }
        }
    }

    private func add(_ text: Span<UInt8>, _ segment: Int, view: Int, isForRecognizers: Bool, isForIndicators: Bool) {
        let start = self.joined.count
        self.joined.append(text)
        self.parts.append(
            Part(
                segment: segment, view: view, range: start..<self.joined.count, map: nil, isForRecognizers: isForRecognizers,
                isForIndicators: isForIndicators))
        self.joined.append(0xFF)
    }

    private func addFolded(_ text: Span<UInt8>, _ segment: Int, _ fold: TextFold, isForRecognizers: Bool) -> Bool {
        let (start, mapStart) = (self.joined.count, self.map.count)
        guard fold(text, &self.joined, &self.map) else { return false }
        self.parts.append(
            Part(
                segment: segment, view: 0, range: start..<self.joined.count, map: mapStart, isForRecognizers: isForRecognizers,
                isForIndicators: !isForRecognizers))
        self.joined.append(0xFF)
        return true
    }

    /// What was found in a request.
    private struct Collected {
        var findings: PhaseFindings
        var sightings: [(policy: Int, sighting: IndicatorSighting)] = []
        var edits: [TextEdit] = []

        init(_ program: PhaseProgram) { self.findings = PhaseFindings(program) }

        mutating func note(_ objections: [ToolRules.Objection], _ program: PhaseProgram) {
            guard let firewall = program.firewall?.number, !objections.isEmpty else { return }
            self.findings.found[firewall] = true
            for objection in objections {
                if let type = program.type(objection, of: firewall) { self.findings.counts[type] += 1 }
            }
        }
    }

    private func collectJoined(_ segments: [TextSegment], _ collected: inout Collected) {
        self.input.sortHits()
        var next = 0
        let count = self.input.hits.count
        for number in self.parts.indices {
            let part = self.parts[number]
            let first = next
            while next < count, self.input.hits[next].end <= part.range.upperBound { next += 1 }
            if first < next { self.collect(part, first..<next, part.range.lowerBound, segments, &collected) }
        }
    }

    private func collect(
        _ part: Part, _ hits: Range<Int>, _ offset: Int, _ segments: [TextSegment], _ collected: inout Collected
    ) {
        let joined = self.joined
        let text = joined.span.extracting(part.range)
        self.candidates.removeAll()
        _ = self.input.decide(
            text,
            PhaseDetector.Window(
                from: 0, to: text.count, cursor: 0, startsText: true, endsText: true, hits: hits, offset: offset,
                wantsRecognizers: part.isForRecognizers, wantsIndicators: part.isForIndicators, serial: self.input.nextSerial()),
            &self.candidates)
        let program = self.input.program
        let origin = segments[part.segment].origin
        for finding in self.input.findings {
            let use = program.uses[finding.use]
            self.watch.look(program.policies[use.policy].number)
            switch use.role {
            case .marker: break
            case .recognizer where use.isError: collected.findings.failed[use.policy] = true
            case .recognizer:
                collected.findings.counts[use.type] += 1
                collected.findings.found[use.policy] = true
                if use.blocks {
                    collected.findings.blocked[use.policy] = true
                    break
                }
                let range = self.original(finding, part, segments[part.segment].bytes)
                let replacement: [UInt8]
                if let stem = use.stem, let maker = self.inputContext.hides {
                    replacement = maker.placeholder(stem, Array(segments[part.segment].bytes[range]))
                } else {
                    replacement = use.redactsAs(text.extracting(finding.start..<finding.end))
                }
                collected.edits.append(TextEdit(segment: part.segment, range: range, replacement: replacement))
            case .indicator(let indicator):
                if let roles = program.policies[use.policy].roles, !roles.contains(origin.role.rawValue) { break }
                if collected.sightings.count >= Self.sightingsMax { break }
                let sighting = IndicatorSighting(
                    id: indicator.id, origin: origin, segment: part.segment, view: part.view, range: finding.start..<finding.end,
                    text: part.range)
                collected.sightings.append((use.policy, sighting))
                collected.findings.counts[use.type] += 1
            }
        }
    }

    private func original(_ finding: Finding, _ part: Part, _ text: [UInt8]) -> Range<Int> {
        guard let map = part.map else { return finding.start..<finding.end }
        let last = Int(self.map[map + finding.end - 1])
        return Int(self.map[map + finding.start])..<(last + scalarLength(text[last], limit: text.count - last))
    }

    private func collectArguments(_ segments: [TextSegment], _ collected: inout Collected) {
        for (number, segment) in segments.enumerated() where segment.origin.field == .toolArguments {
            var steps = TextSteps()
            var indicators = ChannelIndicators(segment.origin)
            self.inputContext.clear()
            self.inputContext.ignoresIndicators = true
            self.inputContext.ignoresBlocks = true
            _ = ArgumentStream().feed(segment.bytes.span, isFinal: true, self.inputContext, &indicators, &steps)
            for (type, count) in self.inputContext.findings.counts.enumerated() { collected.findings.counts[type] += count }
            for (policy, found) in self.inputContext.findings.found.enumerated() where found {
                collected.findings.found[policy] = true
            }
            for (policy, blocked) in self.inputContext.findings.blocked.enumerated() where blocked {
                collected.findings.blocked[policy] = true
            }
            for (policy, failed) in self.inputContext.findings.failed.enumerated() where failed {
                collected.findings.failed[policy] = true
            }
            var index = 0
            for step in steps.list {
                switch step {
                case .keep(let count): index += count
                case .replace(let count, let bytes):
                    collected.edits.append(TextEdit(segment: number, range: index..<(index + count), replacement: bytes))
                    index += count
                }
            }
        }
        collected.edits.sort { ($0.segment, $0.range.lowerBound) < ($1.segment, $1.range.lowerBound) }
    }

    private func outcome(_ collected: inout Collected) -> PhaseOutcome {
        let program = self.input.program
        var outcome = PhaseOutcome()
        var isEnded = false
        for (number, policy) in program.policies.enumerated() {
            var report = PolicyReport(kind: policy.kind, phase: .input)
            if isEnded, policy.kind != .auditLogger {
                report.skipped = true
                outcome.add(report, policy)
                continue
            }
            self.watch.look(policy.number)
            if collected.findings.failed[number], self.failMode == .block {
                report.reasonCode = policy.errorCode
                report.verdict = .block
            } else if let rules = policy.rules {
                let sightings = collected.sightings.filter { $0.policy == number }.map(\.sighting)
                let score = sightings.isEmpty ? 0 : rules.scoreInTexts?(sightings, self.joined) ?? rules.score(sightings)
                if !sightings.isEmpty { self.onSightings?(policy.kind, sightings, self.joined) }
                report.score = score
                report.findings = rules.findings.map { $0(sightings) } ?? program.findings(number, collected.findings.counts)
                if !sightings.isEmpty, score >= rules.threshold {
                    report.reasonCode = policy.reasonCode
                    switch policy.action {
                    case .block: report.verdict = .block
                    case .escalate: report.verdict = .escalate
                    case .redact, .log: report.verdict = .allow
                    }
                }
            } else if collected.findings.found[number] {
                report.findings = program.findings(number, collected.findings.counts)
                report.reasonCode = policy.reasonCode
                report.verdict = policy.action == .block || collected.findings.blocked[number] ? .block : .redact
            }
            if collected.findings.failed[number], report.reasonCode.isEmpty { report.reasonCode = policy.errorCode }
            outcome.add(report, policy)
            if report.verdict == .block || report.verdict == .escalate { isEnded = true }
        }
        if outcome.verdict == .redact { outcome.edits = collected.edits }
        return outcome
    }
}
