internal import Exchange
internal import Settings

/// What a phase found so far, over all texts.
struct PhaseFindings {
    /// By number of the finding's type.
    var counts: [Int]
    /// By number of the policy.
    var scores: [Double]
    var found: [Bool]

    init(_ program: PhaseProgram) {
        self.counts = Array(repeating: 0, count: program.types.count)
        self.scores = Array(repeating: 0, count: program.policies.count)
        self.found = Array(repeating: false, count: program.policies.count)
    }

    mutating func clear() {
        for index in self.counts.indices { self.counts[index] = 0 }
        for index in self.scores.indices { self.scores[index] = 0 }
        for index in self.found.indices { self.found[index] = false }
    }
}

/// What stays from text to text of one answer: the detector, what it found, and where a block happened.
final class OutputContext {
    let detector: PhaseDetector
    let fold: TextFold?
    var findings: PhaseFindings
    var block: PolicyBlock?
    /// For requests: indicators are looked for elsewhere, and the chain's order decides who blocks.
    var ignoresIndicators = false
    var ignoresBlocks = false

    init(_ detector: PhaseDetector, fold: TextFold?) {
        self.detector = detector
        self.fold = fold
        self.findings = PhaseFindings(detector.program)
    }

    func clear() {
        self.findings.clear()
        self.block = nil
    }

    /// Counts a finding. True: the text ends before it.
    func note(_ finding: Finding, base: Int, _ channel: inout ChannelIndicators) -> Bool {
        let program = self.detector.program
        let use = program.uses[finding.use]
        let policy = program.policies[use.policy]
        self.detector.watch.look(policy.number)
        switch use.role {
        case .marker: return false
        case .recognizer:
            self.findings.counts[use.type] += 1
            self.findings.found[use.policy] = true
            return use.blocks && !self.ignoresBlocks ? self.end(by: policy, .block) : false
        case .indicator(let indicator):
            guard !self.ignoresIndicators, let rules = policy.rules else { return false }
            channel.add(indicator.id, use.policy, finding, base: base)
            let score = rules.score(channel.sightings(of: use.policy))
            self.findings.counts[use.type] += 1
            self.findings.scores[use.policy] = max(self.findings.scores[use.policy], score)
            guard score >= rules.threshold else { return false }
            self.findings.found[use.policy] = true
            switch policy.action {
            case .block: return self.end(by: policy, .block)
            case .escalate: return self.end(by: policy, .escalate)
            case .redact, .log: return false
            }
        }
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

    func sightings(of policy: Int) -> [IndicatorSighting] {
        self.seen[policy].count <= IndicatorRules.sightingsMax
            ? self.seen[policy] : Array(self.seen[policy].suffix(IndicatorRules.sightingsMax))
    }
}
