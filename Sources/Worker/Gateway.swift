internal import Exchange
internal import HTTP
internal import IPC
internal import Platform
internal import Policies
internal import Routing
internal import Server
internal import Settings
internal import Upstream

/// What the requests of one worker share. Lives on the worker's loop.
final class Gateway {
    /// A whole answer larger than this is refused: it is held in memory until it has been checked.
    static let answerBytesMax = 64 * 1024 * 1024
    static let errorBytesMax = 256 * 1024
    /// Bytes waiting for a slow client at which its upstream is paused.
    static let pendingBytesMax = 64 * 1024
    static let eventBytesMax = 4 * 1024 * 1024

    let loop: EventLoop
    let settings: GatewaySettings
    let engine: PolicyEngine
    let table: RoutingTable
    /// nil: the chain asks nothing of targets.
    let dataRequirements: DataRequirements?
    let links: [TargetLink]
    let upstream: UpstreamClient
    let admission: Admission
    let crossOrigin: CrossOriginRule?
    let recorder: EventRecorder?
    let region: WorkerRegionWriter
    let fingerprinter: BodyFingerprinter
    let metrics: RequestMetrics
    /// Requests under way to one target from this worker.
    let concurrencyMax: Int
    let keepAliveNanoseconds: Int64

    var random = RandomSource()
    var quarantine = Quarantine()
    /// `/readyz` says no: the worker ends, or the gateway wants no more work.
    var isDraining = false
    var openStreams = 0
    /// Requests taken, answered to their end, and cut by us.
    private(set) var requests: UInt64 = 0
    private(set) var finished: UInt64 = 0
    private(set) var aborted: UInt64 = 0
    private var running: [ObjectIdentifier: RequestPipeline] = [:]
    private var spareBuffers: [[UInt8]] = []

    var inFlight: Int { self.running.count }

    init(
        loop: EventLoop, settings: GatewaySettings, engine: PolicyEngine, links: [TargetLink], upstream: UpstreamClient, admission: Admission,
        recorder: EventRecorder?, region: WorkerRegionWriter, seed: [UInt8], workers: Int
    ) {
        self.loop = loop
        self.settings = settings
        self.engine = engine
        self.table = RoutingTable(settings)
        self.dataRequirements = DataRequirements(settings.policies, targets: settings.providers.targets)
        self.links = links
        self.upstream = upstream
        self.admission = admission
        self.crossOrigin = CrossOriginRule(settings.cors)
        self.recorder = recorder
        self.region = region
        self.metrics = RequestMetrics(region: region, links: links)
        self.fingerprinter = BodyFingerprinter(seed: seed)
        self.concurrencyMax = max(1, (settings.gateway.concurrencyMax + workers - 1) / max(1, workers))
        self.keepAliveNanoseconds = Int64(settings.gateway.keepAliveSeconds) * 1_000_000_000
    }

    func start(_ exchange: ServerExchange, endpoint: Endpoint, requestID: [UInt8]) {
        self.requests &+= 1
        let pipeline = RequestPipeline(gateway: self, exchange: exchange, endpoint: endpoint, requestID: requestID)
        self.running[ObjectIdentifier(pipeline)] = pipeline
        pipeline.run()
    }

    /// Enters a request that was taken just now.
    func ticket(for exchange: ServerExchange, endpoint: Endpoint, requestID: [UInt8]) -> RequestTicket {
        // `sequence` counts within this worker's life.
        let entry = InFlightEntry(
            sequence: self.requests, wallNanoseconds: WallClock.nanoseconds() - (Instant.now() - exchange.receivedAt).nanoseconds,
            startedAt: exchange.receivedAt, fingerprint: Fingerprint(high: 0, low: 0), bodyBytes: exchange.body.count,
            endpoint: endpoint.rawValue, isStream: false, requestID: requestID, clientAddress: exchange.clientAddress.text, model: [])
        return RequestTicket(entry, in: self.region)
    }

    func ended(_ pipeline: RequestPipeline, _ outcome: ExchangeFacts.Outcome) {
        self.running.removeValue(forKey: ObjectIdentifier(pipeline))
        if outcome == .aborted { self.aborted += 1 } else { self.finished += 1 }
    }

    /// Builds what the policies build at their first use, so that no client waits for it.
    func warmUp() {
        guard self.engine.hasOutputTexts else { return }
        let output = self.engine.beginOutput()
        var out: [UInt8] = []
        let channel = TextOrigin(role: .assistant, field: .content, index: 0, subIndex: 0)
        _ = output.feed(channel, Array("The first words".utf8).span, isFinal: false, into: &out)
        self.engine.endOutput(output)
    }

    /// Ends every request under way: the worker goes now. Each gets its error and its event.
    func abortAll() {
        for pipeline in Array(self.running.values) { pipeline.abort() }
    }

    func wallClockSeconds() -> Int64 { WallClock.nanoseconds() / 1_000_000_000 }

    func fault(for block: PolicyBlock) -> GatewayFault {
        block.verdict == .escalate
            ? .escalated(policy: block.kind.rawValue, reason: block.reason)
            : .blocked(
                status: self.settings.gateway.blockStatus, phase: "output", policy: block.kind.rawValue, reason: block.reason, message: block.message)
    }

    func addCrossOrigin(to lines: inout HeaderLines, head: RequestHead, isPreflight: Bool) {
        guard let crossOrigin, let origin = head.headerBytes("origin") else { return }
        crossOrigin.add(to: &lines, origin: origin, isPreflight: isPreflight)
    }

    // MARK: Buffers for outgoing events, used again

    func takeBuffer() -> [UInt8] { self.spareBuffers.popLast() ?? [] }

    func giveBack(_ buffer: consuming [UInt8]) {
        guard buffer.capacity > 0, buffer.capacity <= 65_536, self.spareBuffers.count < 16 else { return }
        buffer.removeAll(keepingCapacity: true)
        self.spareBuffers.append(buffer)
    }
}
