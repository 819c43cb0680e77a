internal import IPC
internal import Platform

/// What `kt-supervisor --preflight` says of a build, three lines for the build that asks whether it may hand over:
///
///     build VERSION
///     handover LOW HIGH
///     protocol LOW HIGH
struct PreflightReport: Equatable {
    var build: String
    /// Hand-overs that it reads.
    var handOver: ClosedRange<UInt16>
    /// Messages that it speaks with workers.
    var messages: ProtocolRange

    static var ours: PreflightReport { PreflightReport(build: Build.version, handOver: HandOver.readable, messages: .ours) }

    init(build: String, handOver: ClosedRange<UInt16>, messages: ProtocolRange) {
        self.build = build
        self.handOver = handOver
        self.messages = messages
    }

    /// Lines that a later build adds are stepped over. nil: one of ours is missing or no such line.
    init?(_ text: String) {
        var values: [Substring: [Substring]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if let name = words.first, values[name] == nil { values[name] = Array(words.dropFirst()) }
        }
        func range(_ name: Substring) -> ClosedRange<UInt16>? {
            guard let words = values[name], words.count == 2, let low = UInt16(words[0]), let high = UInt16(words[1]), low <= high
            else { return nil }
            return low...high
        }
        guard let build = values["build"], build.count == 1, let handOver = range("handover"), let messages = range("protocol")
        else { return nil }
        self.init(
            build: String(build[0]), handOver: handOver,
            messages: ProtocolRange(lowest: messages.lowerBound, highest: messages.upperBound))
    }

    var text: String {
        """
        build \(self.build)
        handover \(self.handOver.lowerBound) \(self.handOver.upperBound)
        protocol \(self.messages.lowest) \(self.messages.highest)

        """
    }

    /// Why `own` cannot hand over to this build, and it not back; nil: it can.
    func objection(from own: PreflightReport) -> String? {
        guard self.handOver.contains(own.handOver.upperBound) else {
            return "build \(self.build) reads hand-overs \(Self.words(self.handOver)), this one writes \(own.handOver.upperBound)"
        }
        guard self.messages.common(with: own.messages) != nil else {
            let theirs = self.messages.lowest...self.messages.highest
            let ours = own.messages.lowest...own.messages.highest
            return "build \(self.build) speaks protocol \(Self.words(theirs)) with workers, the running ones \(Self.words(ours))"
        }
        return nil
    }

    private static func words(_ range: ClosedRange<UInt16>) -> String {
        range.count == 1 ? String(range.lowerBound) : "\(range.lowerBound) to \(range.upperBound)"
    }
}
