internal import Exchange
internal import IPC
internal import Metrics
internal import Platform
internal import Policies
internal import Settings

/// Counts every request of a worker, and what its targets did, in the memory that the supervisor reads.
///
/// Nothing here allocates; a request costs some dozen stores.
final class RequestMetrics {
    private struct Link {
        var cell = TargetCell()
        /// 1e-8 US dollars a token.
        var promptPrice = 0.0
        var completionPrice = 0.0
    }

    private let region: WorkerRegionWriter
    private let counters: WorkerMetrics<WorkerRegionWriter>
    private var links: [Link]

    private static let policies = PolicyKind.allCases
    /// Parts of the smoothed latency that a new sample changes: one eighth.
    private static let smoothing: Int64 = 8

    init(region: WorkerRegionWriter, links: [TargetLink]) {
        precondition(WorkerMetrics<WorkerRegionWriter>.wordCount <= WorkerRegion.metricsWords, "the region has no room for the metrics")
        self.region = region
        self.counters = WorkerMetrics(region)
        self.links = links.map { link in
            var entry = Link()
            entry.cell.unavailability = link.unavailable == nil ? 0 : 1
            // A dollar per million tokens is a hundred of the unit a token.
            entry.promptPrice = (link.settings.pricing?.prompt ?? 0) * 100
            entry.completionPrice = (link.settings.pricing?.completion ?? 0) * 100
            return entry
        }
        for index in self.links.indices { self.publish(index) }
    }

    private func publish(_ index: Int) { self.region.setTarget(index, self.links[index].cell) }

    // MARK: Attempts

    func attemptBegins(at link: TargetLink, of pipeline: RequestPipeline) {
        if pipeline.facts.sentAt == nil { pipeline.facts.sentAt = Instant.now() }
        pipeline.facts.targetIndex = link.index
        self.links[link.index].cell.attempts += 1
        self.links[link.index].cell.inFlight = UInt64(clamping: link.inFlight)
        self.publish(link.index)
    }

    /// The head of a target's answer is there.
    func firstByte(at now: Instant, of pipeline: RequestPipeline) {
        guard let index = pipeline.facts.targetIndex, let last = pipeline.facts.attempts.indices.last else { return }
        let sample = max(1, (now - pipeline.facts.attempts[last].startedAt).nanoseconds / 1000)
        let old = Int64(clamping: self.links[index].cell.latencyMicroseconds)
        self.links[index].cell.latencyMicroseconds = UInt64(clamping: old == 0 ? sample : max(1, old + (sample - old) / Self.smoothing))
        self.publish(index)
    }

    /// The target failed an attempt. A 4xx is the client's doing, but for those that speak of the target's state.
    func attemptFailed(_ status: Int, of pipeline: RequestPipeline) {
        guard let index = pipeline.facts.targetIndex, pipeline.link != nil else { return }
        guard !(400..<500).contains(status) || status == 408 || status == 429 else { return }
        self.links[index].cell.failures += 1
        self.publish(index)
    }

    func released(_ link: TargetLink) {
        self.links[link.index].cell.inFlight = UInt64(clamping: link.inFlight)
        self.publish(link.index)
    }

    // MARK: Requests

    /// Before the last byte goes to the client: what it has seen has been counted. `status`: what it gets.
    func ended(_ pipeline: RequestPipeline, status: Int) {
        let now = Instant.now()
        let startedAt = pipeline.startedAt
        let total = (now - startedAt).nanoseconds
        var own = total
        if let sentAt = pipeline.facts.sentAt {
            // What came last came when this pass of the loop woke.
            own = (sentAt - startedAt).nanoseconds + max(0, (now - max(pipeline.gateway.loop.now, sentAt)).nanoseconds)
        }
        var request = EndedRequest(
            target: pipeline.facts.targetIndex, status: status, verdict: Int(pipeline.facts.verdict.rawValue), total: total,
            firstByte: pipeline.facts.firstByteAt.map { ($0 - startedAt).nanoseconds }, own: own)
        if let index = pipeline.facts.targetIndex { self.addTokens(to: &request, pipeline, self.links[index]) }
        self.counters.ended(request)
        var time = self.counters.phaseTime(0)
        for place in pipeline.facts.reports.indices where !pipeline.facts.reports[place].skipped {
            let kind = pipeline.facts.reports[place].kind
            guard let number = Self.policies.firstIndex(of: kind) else { continue }
            let nanoseconds = pipeline.facts.reports[place].nanoseconds
            if nanoseconds != time.nanoseconds { time = self.counters.phaseTime(nanoseconds) }
            self.counters.evaluated(policy: number, verdict: Int(pipeline.facts.reports[place].verdict.rawValue), time: time)
        }
    }

    /// What the provider counted, else an estimate, as in the event.
    private func addTokens(to request: inout EndedRequest, _ pipeline: RequestPipeline, _ link: Link) {
        if let document = pipeline.document {
            let tokens = pipeline.facts.tokens(document, pipeline.endpoint)
            (request.promptTokens, request.completionTokens) = (tokens.prompt, tokens.completion)
        }
        let cost = (Double(request.promptTokens) * link.promptPrice + Double(request.completionTokens) * link.completionPrice).rounded()
        request.cost = Int64(exactly: cost) ?? 0
    }
}
