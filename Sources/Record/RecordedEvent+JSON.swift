public import Exchange

extension RecordedEvent {
    /// The event as one JSON object without a line end.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        self.write(to: &writer)
        return writer.bytes
    }

    /// Writes the members in the order of SPEC 4, so that the ledger can append its hashes.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", self.id)
        writer.key("time")
        writer.string(utf8: self.time.bytes.span)
        writer.member("request_id", self.requestID)
        writer.member("worker", self.worker)
        writer.member("generation", self.generation)
        writer.key("config")
        writer.beginObject()
        writer.member("name", self.configuration.name)
        writer.member("version", self.configuration.version)
        writer.member("hash", self.configuration.hash)
        writer.endObject()
        writer.member("endpoint", self.endpoint)
        writer.member("stream", self.stream)
        writer.key("consumer")
        writer.beginObject()
        writer.member("group", self.consumer.group)
        writer.member("key", self.consumer.keyFingerprint)
        writer.member("agent", self.consumer.agent)
        writer.member("user", self.consumer.user)
        writer.endObject()
        writer.member("client_address", self.clientAddress)
        writer.member("model_requested", self.modelRequested)
        writer.member("model_answered", self.modelAnswered)
        writer.member("target", self.target)
        self.writeAttempts(to: &writer)
        writer.member("verdict", self.verdict)
        self.writePolicies(to: &writer)
        self.writeTokensAndCost(to: &writer)
        writer.member("status", self.status)
        writer.member("outcome", self.outcome.rawValue)
        writer.key("ms")
        writer.beginObject()
        writer.milliseconds("total", self.durations.total)
        if let firstByte = self.durations.firstByte {
            writer.milliseconds("first_byte", firstByte)
        } else {
            writer.member("first_byte", nil as String?)
        }
        writer.milliseconds("upstream", self.durations.upstream)
        writer.milliseconds("policies", self.durations.policies)
        writer.endObject()
        writer.key("bytes")
        writer.beginObject()
        writer.member("request", self.bytes.request)
        writer.member("answer", self.bytes.answer)
        writer.endObject()
        writer.endObject()
    }

    private func writeAttempts(to writer: inout JSONWriter) {
        writer.key("attempts")
        writer.beginArray()
        for attempt in self.attempts {
            writer.beginObject()
            writer.member("target", attempt.target)
            switch attempt.result {
            case .status(let status): writer.member("status", status)
            case .error(let error): writer.member("error", error)
            }
            writer.milliseconds("ms", attempt.duration)
            if let reason = attempt.nextReason { writer.member("next", reason) }
            writer.endObject()
        }
        writer.endArray()
    }

    private func writePolicies(to writer: inout JSONWriter) {
        writer.key("policies")
        writer.beginArray()
        for policy in self.policies {
            writer.beginObject()
            writer.member("kind", policy.kind)
            writer.member("phase", policy.phase)
            writer.member("verdict", policy.verdict)
            if let code = policy.reasonCode { writer.member("reason_code", code) }
            writer.key("findings")
            writer.beginArray()
            for finding in policy.findings {
                writer.beginObject()
                writer.member("type", finding.type)
                writer.member("count", finding.count)
                writer.endObject()
            }
            writer.endArray()
            if let score = policy.score { writer.member("score", score) }
            if !policy.assertions.isEmpty { Self.write(policy.assertions, to: &writer) }
            writer.key("microseconds")
            writer.integer(policy.microseconds)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ assertions: [Assertion], to writer: inout JSONWriter) {
        writer.key("assertions")
        writer.beginArray()
        for assertion in assertions {
            writer.beginObject()
            writer.member("name", assertion.name)
            writer.member("type", assertion.type)
            writer.member("mode", assertion.mode)
            writer.key("score")
            if let score = assertion.score { writer.double(score) } else { writer.null() }
            writer.member("passed", assertion.passed)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeTokensAndCost(to writer: inout JSONWriter) {
        writer.key("tokens")
        if let tokens = self.tokens {
            writer.beginObject()
            writer.member("prompt", tokens.prompt)
            writer.member("completion", tokens.completion)
            writer.member("estimated", tokens.isEstimated)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("cost_usd")
        if let cost = self.costMicrocents {
            writer.decimal(cost, places: 8)
        } else {
            writer.null()
        }
    }
}

extension JSONWriter {
    /// Milliseconds to the microsecond, an integer where they are whole.
    fileprivate mutating func milliseconds(_ name: StaticString, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.key(name)
        self.decimal(seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000, places: 3)
    }

    /// `value` divided by ten to the power of `places`, exactly.
    fileprivate mutating func decimal(_ value: Int64, places: Int) {
        // From the last digit to the first; zeros at the end of the fraction are left out.
        var digits: [UInt8] = []
        digits.reserveCapacity(24)
        var rest = value.magnitude
        for _ in 0..<places {
            let digit = UInt8(rest % 10)
            rest /= 10
            if digit != 0 || !digits.isEmpty { digits.append(UInt8(ascii: "0") + digit) }
        }
        if !digits.isEmpty { digits.append(UInt8(ascii: ".")) }
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        if value < 0 { digits.append(UInt8(ascii: "-")) }
        digits.reverse()
        self.raw(digits.span)
    }
}
