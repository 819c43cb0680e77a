public import Metrics

/// The bytes of counters, for the hand-over, and of a whole report, for the console. Sorted: equal values are equal bytes.
extension MetricsSnapshot {
    private static let version: UInt16 = 1

    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        self.encode(into: &writer)
        return writer.bytes
    }

    /// nil: nothing of ours, or of a newer build's that changed the meaning.
    public static func decode(_ bytes: [UInt8]) -> MetricsSnapshot? {
        var reader = ByteReader(bytes[...])
        do throws(MalformedBytes) { return try Self(&reader) } catch { return nil }
    }

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(Self.version)
        writer.put(UInt32(self.requests.count))
        let sorted = self.requests.sorted { a, b in
            (a.key.target, a.key.model, a.key.status, a.key.verdict) < (b.key.target, b.key.model, b.key.status, b.key.verdict)
        }
        for (request, count) in sorted {
            writer.put(request.target)
            writer.put(request.model)
            writer.put(UInt16(clamping: request.status))
            writer.put(request.verdict)
            writer.put(count)
        }
        for histogram in [self.duration, self.firstByte, self.own] { histogram.encode(into: &writer) }
        writer.put(UInt32(self.targets.count))
        for (id, target) in self.targets.sorted(by: { $0.key < $1.key }) {
            writer.put(id)
            for value in [target.attempts, target.failures, target.promptTokens, target.completionTokens, target.cost] { writer.put(value) }
        }
        writer.put(UInt32(self.policies.count))
        for (kind, policy) in self.policies.sorted(by: { $0.key < $1.key }) {
            writer.put(kind)
            for value in policy.evaluations.prefix(4) { writer.put(value) }
            policy.time.encode(into: &writer)
        }
        writer.put(counts: self.restarts)
    }

    fileprivate init(_ reader: inout ByteReader) throws(MalformedBytes) {
        self.init()
        guard try reader.take(UInt16.self) == Self.version else { throw MalformedBytes() }
        for _ in 0..<(try reader.take(UInt32.self)) {
            let (target, model) = (try reader.takeText(), try reader.takeText())
            let status = Int(try reader.take(UInt16.self))
            let request = Request(target: target, model: model, status: status, verdict: try reader.takeText())
            self.requests[request] = try reader.take(UInt64.self)
        }
        self.duration = try Histogram(&reader)
        self.firstByte = try Histogram(&reader)
        self.own = try Histogram(&reader)
        for _ in 0..<(try reader.take(UInt32.self)) {
            let id = try reader.takeText()
            var target = Target()
            target.attempts = try reader.take()
            target.failures = try reader.take()
            target.promptTokens = try reader.take()
            target.completionTokens = try reader.take()
            target.cost = try reader.take()
            self.targets[id] = target
        }
        for _ in 0..<(try reader.take(UInt32.self)) {
            let kind = try reader.takeText()
            var policy = Policy()
            for index in 0..<4 { policy.evaluations[index] = try reader.take() }
            policy.time = try Histogram(&reader)
            self.policies[kind] = policy
        }
        self.restarts = try reader.takeCounts()
    }
}

extension MetricsReport {
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        self.sums.encode(into: &writer)
        writer.put(UInt16(clamping: self.gauges.targets.count))
        for target in self.gauges.targets.prefix(Int(UInt16.max)) {
            writer.put(target.id)
            writer.put(target.model)
            writer.put(target.inFlight)
            writer.put(target.latencyMicroseconds ?? .max)
            writer.put(UInt8(target.isAvailable ? 1 : 0))
            writer.put(target.breaker ?? .max)
        }
        writer.put(counts: self.gauges.workers)
        writer.put(self.gauges.inFlight)
        writer.put(self.gauges.openStreams)
        writer.put(self.gauges.uptimeSeconds)
        return writer.bytes
    }

    public static func decode(_ bytes: [UInt8]) -> MetricsReport? {
        var reader = ByteReader(bytes[...])
        do throws(MalformedBytes) {
            let sums = try MetricsSnapshot(&reader)
            var gauges = MetricsGauges()
            for _ in 0..<(try reader.take(UInt16.self)) {
                var target = MetricsGauges.Target(id: try reader.takeText(), model: try reader.takeText())
                target.inFlight = try reader.take()
                let latency = try reader.take(UInt64.self)
                target.latencyMicroseconds = latency == .max ? nil : latency
                target.isAvailable = try reader.take(UInt8.self) != 0
                let breaker = try reader.take(UInt8.self)
                target.breaker = breaker == .max ? nil : breaker
                gauges.targets.append(target)
            }
            gauges.workers = try reader.takeCounts()
            gauges.inFlight = try reader.take()
            gauges.openStreams = try reader.take()
            gauges.uptimeSeconds = try reader.take()
            return MetricsReport(sums: sums, gauges: gauges)
        } catch {
            return nil
        }
    }
}

extension MetricsSnapshot.Histogram {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(UInt8(clamping: self.counts.count))
        for count in self.counts.prefix(255) { writer.put(count) }
        writer.put(self.sum)
    }

    fileprivate init(_ reader: inout ByteReader) throws(MalformedBytes) {
        self.init()
        for _ in 0..<(try reader.take(UInt8.self)) { self.counts.append(try reader.take()) }
        self.sum = try reader.take()
    }
}

extension ByteWriter {
    fileprivate mutating func put(counts: [String: UInt64]) {
        self.put(UInt16(clamping: counts.count))
        for (name, count) in counts.sorted(by: { $0.key < $1.key }).prefix(Int(UInt16.max)) {
            self.put(name)
            self.put(count)
        }
    }
}

extension ByteReader {
    fileprivate mutating func takeCounts() throws(MalformedBytes) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        for _ in 0..<(try self.take(UInt16.self)) {
            let name = try self.takeText()
            counts[name] = try self.take()
        }
        return counts
    }
}
