internal import Patterns

/// One text as it arrives. Says what becomes of each byte as soon as no later byte can change it.
///
/// Everything that starts before `live` is decided: no pattern can still reach over the end of what is here from there. So the decisions
/// depend on the text only, however it was cut. `docs/design/streams.md` has the argument.
struct TextStream {
    /// The part of the text that is still needed.
    private var text: [UInt8] = []
    /// How much of the text is before `text`.
    private var base = 0
    /// Offsets in `text`. Everything that starts before it is decided.
    private var live = 0
    /// End of the last match of a recogniser.
    private var cursor = 0
    /// What `steps` have said so far.
    private var settled = 0
    /// Matches that end at or before it are in `candidates`, or were decided.
    private var scanned = 0
    private var candidates = CandidateQueue()
    /// How long the text was when `live` was last looked for.
    private var looked = 0
    private var serial = 0

    var holds: Bool { self.settled < self.text.count }

    mutating func clear() {
        self.text.removeAll(keepingCapacity: true)
        self.base = 0
        self.live = 0
        self.cursor = 0
        self.settled = 0
        self.scanned = 0
        self.candidates.removeAll()
        self.looked = 0
        self.serial = 0
    }

    /// True: a policy ended the text; the steps end before what it found.
    mutating func feed(
        _ bytes: Span<UInt8>, isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators,
        _ steps: inout TextSteps
    ) -> Bool {
        self.text.append(bytes)
        let count = self.text.count
        let detector = context.detector
        if !isFinal, !self.isWorthALook { return false }
        self.looked = count
        let live =
            isFinal
            ? count : detector.scanner.liveSuffixStart(in: self.text.span, notBefore: self.live, startsText: self.base == 0)
        var isBlocked = false
        if live > self.live {
            isBlocked = self.decide(upTo: live, isFinal, context, &channel, &steps)
            self.live = live
        }
        if !isBlocked { self.settle(max(self.live, self.cursor), &steps) }
        if isFinal {
            self.clear()
            channel.textEnded()
        } else {
            self.trim(detector.retention)
        }
        return isBlocked
    }

    /// A long tail is looked at again when it has grown by a sixteenth, so that the work per byte does not grow with the tail.
    private var isWorthALook: Bool {
        (self.text.count - self.looked) * Self.growth >= self.text.count - self.live - Self.shortTail
    }
    private static let growth = 16
    private static let shortTail = 96

    /// How long a tail gets of which `byteCount` bytes may have to be held.
    static func heldMax(_ byteCount: Int) -> Int { byteCount + max(0, byteCount - self.shortTail) / (self.growth - 1) + 1 }

    private mutating func decide(
        upTo live: Int, _ isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps
    ) -> Bool {
        let detector = context.detector
        // One byte more to the left, so that the engine sees the true neighbour.
        let offset = max(0, self.live - 1)
        let retained = self.text
        let text = retained.span
        detector.scan(text.extracting(offset..<text.count))
        if detector.scanner.hasFailed, context.scanFailed() {
            self.settle(self.live, &steps)
            return true
        }
        if detector.hits.isEmpty {
            // Nothing ends here, so nothing was waiting either: what ended before would end here again.
            self.scanned = isFinal ? text.count : text.count - 1
            return false
        }
        if self.serial == 0 { self.serial = detector.nextSerial() }
        self.cursor = detector.decide(
            text,
            PhaseDetector.Window(
                from: self.live, to: live, cursor: self.cursor, startsText: self.base == 0, endsText: isFinal,
                hits: 0..<detector.hits.count, offset: -offset, after: self.scanned, serial: self.serial, base: self.base),
            &self.candidates)
        self.scanned = isFinal ? text.count : text.count - 1
        for finding in detector.findings {
            if context.note(finding, base: self.base, &channel) {
                self.settle(finding.start, &steps)
                return true
            }
            if case .recognizer = detector.program.uses[finding.use].role, !detector.program.uses[finding.use].blocks {
                self.settle(finding.start, &steps)
                let original = text.extracting(finding.start..<finding.end)
                steps.replace(finding.end - finding.start, detector.program.uses[finding.use].redactsAs(original))
                self.settled = finding.end
            }
        }
        return false
    }

    private mutating func settle(_ end: Int, _ steps: inout TextSteps) {
        if end <= self.settled { return }
        steps.keep(end - self.settled)
        self.settled = end
    }

    private mutating func trim(_ retention: Int) {
        let surplus = min(self.live, self.settled) - retention
        guard surplus > 1024 || surplus > 0 && surplus > 4 * retention else { return }
        self.text.removeFirst(surplus)
        self.base += surplus
        self.live -= surplus
        self.cursor = max(0, self.cursor - surplus)
        self.settled -= surplus
        self.scanned = max(0, self.scanned - surplus)
        self.looked -= surplus
        self.candidates.shift(by: surplus)
    }
}

/// A text that is folded before it is looked at, code point by code point; steps are over the text as it came.
struct FoldedTextStream {
    private var stream = TextStream()
    private var queue = OffsetQueue()
    /// A UTF-8 sequence that is not complete.
    private var carry: [UInt8] = []
    private var steps = TextSteps()
    private var folded: [UInt8] = []
    private var map: [Int32] = []

    var holds: Bool { self.stream.holds || !self.queue.isEmpty || !self.carry.isEmpty }

    mutating func clear() {
        self.stream.clear()
        self.queue.removeAll()
        self.carry.removeAll(keepingCapacity: true)
    }

    mutating func feed(
        _ bytes: Span<UInt8>, isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators,
        _ outer: inout TextSteps
    ) -> Bool {
        guard let fold = context.fold else {
            return self.stream.feed(bytes, isFinal: isFinal, context, &channel, &outer)
        }
        self.steps.removeAll()
        let isBlocked: Bool
        if self.carry.isEmpty, isASCII(bytes) {
            self.queue.appendPlain(bytes.count)
            isBlocked = self.stream.feed(bytes, isFinal: isFinal, context, &channel, &self.steps)
        } else {
            isBlocked = self.feedFolded(bytes, isFinal, fold, context, &channel)
        }
        self.queue.translate(self.steps, into: &outer) { $0 }
        if isBlocked { self.queue.keepGap(into: &outer) }
        if isFinal { self.clear() }
        return isBlocked
    }

    private mutating func feedFolded(
        _ bytes: Span<UInt8>, _ isFinal: Bool, _ fold: TextFold, _ context: OutputContext, _ channel: inout ChannelIndicators
    ) -> Bool {
        var carry: [UInt8] = []
        swap(&carry, &self.carry)
        carry.append(bytes)
        let complete = isFinal ? carry.count : completeUTF8Prefix(carry.span)
        self.folded.removeAll(keepingCapacity: true)
        self.map.removeAll(keepingCapacity: true)
        let isBlocked: Bool
        if fold(carry.span.extracting(0..<complete), &self.folded, &self.map) {
            self.enqueue(carry, complete)
            let folded = self.folded
            isBlocked = self.stream.feed(folded.span, isFinal: isFinal, context, &channel, &self.steps)
        } else {
            self.queue.appendPlain(complete)
            isBlocked = self.stream.feed(
                carry.span.extracting(0..<complete), isFinal: isFinal, context, &channel, &self.steps)
        }
        carry.removeFirst(complete)
        swap(&carry, &self.carry)
        return isBlocked
    }

    /// A code point's bytes go to the first byte of its fold; what folds to nothing is a gap.
    private mutating func enqueue(_ text: [UInt8], _ complete: Int) {
        var index = 0
        var outer = 0
        while index < self.folded.count {
            let start = Int(self.map[index])
            self.queue.appendGap(start - outer)
            let end = start + scalarLength(text[start], limit: complete - start)
            self.queue.append(end - start)
            index += 1
            while index < self.folded.count, Int(self.map[index]) == start {
                self.queue.append(0)
                index += 1
            }
            outer = end
        }
        self.queue.appendGap(complete - outer)
    }
}
