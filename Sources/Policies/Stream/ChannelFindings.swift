internal import Exchange
internal import Settings

/// What a phase found so far, over all texts.
struct PhaseFindings {
    /// By number of the finding's type.
    var counts: [Int]
    /// By number of the policy.
    var scores: [Double]
    var found: [Bool]
    /// By number of the policy: something of what it found lets nothing through.
    var blocked: [Bool]
    /// By number of the policy: it could not be evaluated.
    var failed: [Bool]

    init(_ program: PhaseProgram) {
        self.counts = Array(repeating: 0, count: program.types.count)
        self.scores = Array(repeating: 0, count: program.policies.count)
        self.found = Array(repeating: false, count: program.policies.count)
        self.failed = self.found
        self.blocked = self.found
    }

    mutating func clear() {
        for index in self.counts.indices { self.counts[index] = 0 }
        for index in self.scores.indices { self.scores[index] = 0 }
        for index in self.found.indices { self.found[index] = false }
        for index in self.failed.indices { self.failed[index] = false }
        for index in self.blocked.indices { self.blocked[index] = false }
    }

    /// The scan that all policies share has failed. The first that reads texts; nil: none does.
    mutating func failAll(_ program: PhaseProgram) -> Int? {
        var first: Int?
        for number in program.policies.indices where program.uses.contains(where: { $0.policy == number }) {
            self.failed[number] = true
            if first == nil { first = number }
        }
        return first
    }
}

/// What stays from text to text of one answer: the detector, what it found, and where a block happened.
final class OutputContext {
    let detector: PhaseDetector
    let fold: TextFold?
    let failMode: FailMode
    var findings: PhaseFindings
    var block: PolicyBlock?
    /// For requests: indicators are looked for elsewhere, and the chain's order decides who blocks.
    var ignoresIndicators = false
    var ignoresBlocks = false
    /// For requests: what values get placeholders from.
    var hides: PlaceholderMaker?
    /// For answers: the request's placeholders, whose values come back.
    var restores = Placeholders()

    init(_ detector: PhaseDetector, fold: TextFold?, failMode: FailMode = .block) {
        self.detector = detector
        self.failMode = failMode
        self.fold = fold
        self.findings = PhaseFindings(detector.program)
    }

    func clear() {
        self.findings.clear()
        self.block = nil
        self.restores = Placeholders()
    }

    /// Counts a finding. True: the text ends before it.
    func note(_ finding: Finding, base: Int, _ channel: inout ChannelIndicators) -> Bool {
        let program = self.detector.program
        let use = program.uses[finding.use]
        let policy = program.policies[use.policy]
        self.detector.watch.look(policy.number)
        switch use.role {
        case .marker: return false
        case .recognizer where use.isError: return self.fail(use.policy)
        case .recognizer:
            self.findings.counts[use.type] += 1
            self.findings.found[use.policy] = true
            if use.blocks { self.findings.blocked[use.policy] = true }
            return use.blocks && !self.ignoresBlocks ? self.end(by: policy, .block) : false
        case .indicator(let indicator):
            guard !self.ignoresIndicators, let rules = policy.rules else { return false }
            channel.add(indicator.id, use.policy, finding, base: base)
            if indicator.id < rules.neverRaises.count, rules.neverRaises[indicator.id] { return false }
            let sightings = channel.sightings(of: use.policy, within: rules.reach)
            let score = rules.score(sightings)
            if rules.findings == nil { self.findings.counts[use.type] += 1 }
            self.findings.scores[use.policy] = max(self.findings.scores[use.policy], score)
            guard score >= rules.threshold else { return false }
            for found in rules.findings?(sightings) ?? [] { self.raise(found, of: use.policy) }
            self.findings.found[use.policy] = true
            switch policy.action {
            case .block: return self.end(by: policy, .block)
            case .escalate: return self.end(by: policy, .escalate)
            case .redact, .log: return false
            }
        }
    }

    private func raise(_ found: PolicyFinding, of policy: Int) {
        let types = self.detector.program.types
        guard let type = types.firstIndex(where: { $0.policy == policy && $0.name == found.type }) else { return }
        self.findings.counts[type] = max(self.findings.counts[type], found.count)
    }

    /// The scan for all patterns has failed. True: the text ends before what was not scanned.
    func scanFailed() -> Bool {
        guard let first = self.findings.failAll(self.detector.program) else { return false }
        return self.fail(first)
    }

    private func fail(_ number: Int) -> Bool {
        self.findings.failed[number] = true
        guard self.failMode == .block, !self.ignoresBlocks else { return false }
        let policy = self.detector.program.policies[number]
        self.block = PolicyBlock(kind: policy.kind, verdict: .block, reason: policy.errorCode, message: nil)
        return true
    }

    /// A call of a tool that must not go out.
    func refuse(_ number: Int, _ objection: ToolRules.Objection) -> PolicyBlock? {
        let program = self.detector.program
        if let type = program.type(objection, of: number) { self.findings.counts[type] += 1 }
        self.findings.found[number] = true
        _ = self.end(by: program.policies[number], .block)
        return self.block
    }

    private func end(by policy: PhaseProgram.Policy, _ verdict: Verdict) -> Bool {
        self.block = PolicyBlock(kind: policy.kind, verdict: verdict, reason: policy.reasonCode, message: policy.message)
        return true
    }
}

/// The indicators seen in one channel, the last ones of each policy.
struct ChannelIndicators {
    private let origin: TextOrigin
    /// By policy.
    private var seen: [[IndicatorSighting]] = []
    /// Number of the text in the channel.
    private var segment = 0

    init(_ origin: TextOrigin) { self.origin = origin }

    mutating func textEnded() { self.segment += 1 }

    /// `base`: what to add to the finding's offsets for those of the whole text.
    mutating func add(_ id: Int, _ policy: Int, _ finding: Finding, base: Int) {
        while self.seen.count <= policy { self.seen.append([]) }
        if self.seen[policy].count >= 2 * IndicatorRules.sightingsMax { self.seen[policy].removeFirst(IndicatorRules.sightingsMax) }
        let range = (base + finding.start)..<(base + finding.end)
        self.seen[policy].append(IndicatorSighting(id: id, origin: self.origin, segment: self.segment, view: 0, range: range))
    }

    /// The last ones, ascending by start: those that begin at most `reach` bytes before the last one, of the same text.
    func sightings(of policy: Int, within reach: Int) -> [IndicatorSighting] {
        let seen = self.seen[policy]
        let lowest = max(0, seen.count - IndicatorRules.sightingsMax)
        guard reach < .max, let last = seen.last else { return Array(seen[lowest...]) }
        var first = seen.count - 1
        while first > lowest, seen[first - 1].segment == last.segment, last.range.lowerBound - seen[first - 1].range.lowerBound <= reach { first -= 1 }
        return Array(seen[first...])
    }
}
