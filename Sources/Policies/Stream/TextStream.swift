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
    private var candidates = CandidateQueue()
    private var starts = LiveStarts()
    private var serial = 0

    var holds: Bool { self.settled < self.text.count }

    mutating func clear() {
        self.text.removeAll(keepingCapacity: true)
        self.base = 0
        self.live = 0
        self.cursor = 0
        self.settled = 0
        self.candidates.removeAll()
        self.serial = 0
        self.starts.clear()
    }

    /// True: a policy ended the text; the steps end before what it found.
    mutating func feed(
        _ bytes: Span<UInt8>, isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators,
        _ steps: inout TextSteps
    ) -> Bool {
        self.text.append(bytes)
        let isBlocked = self.look(isFinal, context, &channel, &steps)
        if !isBlocked { self.settle(max(self.live, self.cursor), &steps) }
        if isFinal {
            self.clear()
            channel.textEnded()
        } else {
            self.trim(context.detector.retention)
        }
        return isBlocked
    }

    /// Decides what can be decided now.
    private mutating func look(
        _ isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps
    ) -> Bool {
        let detector = context.detector
        let retained = self.text
        let text = retained.span
        let live: Int
        if !isFinal {
            live = detector.scanner.liveSuffixStart(&self.starts, in: text, notBefore: self.live, startsText: self.base == 0)
            detector.take(&self.starts.hits)
        } else {
            live = text.count
            if self.starts.isNew {
                // For a text that comes at once the engine is faster.
                detector.scan(text)
                if detector.scanner.hasFailed, context.scanFailed() { return true }
            } else {
                detector.scanner.finish(&self.starts, in: text, notBefore: self.live, startsText: self.base == 0)
                detector.take(&self.starts.hits)
            }
        }
        defer { self.live = live }
        if detector.hits.isEmpty, self.candidates.isEmpty { return false }
        if self.serial == 0 { self.serial = detector.nextSerial() }
        self.cursor = detector.decide(
            text,
            PhaseDetector.Window(
                from: self.live, to: live, cursor: self.cursor, startsText: self.base == 0, endsText: isFinal,
                hits: 0..<detector.hits.count, offset: 0, serial: self.serial, base: self.base),
            &self.candidates)
        for finding in detector.findings {
            if context.note(finding, base: self.base, &channel) {
                self.settle(finding.start, &steps)
                return true
            }
            if let replacement = Self.replacement(finding, text.extracting(finding.start..<finding.end), context) {
                self.settle(finding.start, &steps)
                steps.replace(finding.end - finding.start, replacement, use: finding.use)
                self.settled = finding.end
            }
        }
        return false
    }

    /// What stands in the place of something found; nil: it stays.
    private static func replacement(_ finding: Finding, _ text: Span<UInt8>, _ context: OutputContext) -> [UInt8]? {
        let use = context.detector.program.uses[finding.use]
        switch use.role {
        case .recognizer: return use.blocks ? nil : use.redactsAs(text)
        case .marker: return context.restores.value(of: text)
        case .indicator: return nil
        }
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
        self.starts.shift(by: surplus)
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
    /// What is not settled, as it came, where values get placeholders.
    private var original: [UInt8] = []

    var holds: Bool { self.stream.holds || !self.queue.isEmpty || !self.carry.isEmpty }

    mutating func clear() {
        self.stream.clear()
        self.queue.removeAll()
        self.carry.removeAll(keepingCapacity: true)
        self.original.removeAll(keepingCapacity: true)
    }

    mutating func feed(
        _ bytes: Span<UInt8>, isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators,
        _ outer: inout TextSteps
    ) -> Bool {
        if context.fold == nil, context.hides == nil {
            return self.stream.feed(bytes, isFinal: isFinal, context, &channel, &outer)
        }
        self.steps.removeAll()
        let isBlocked: Bool
        if let fold = context.fold, !self.carry.isEmpty || !isASCII(bytes) {
            isBlocked = self.feedFolded(bytes, isFinal, fold, context, &channel)
        } else {
            self.queue.appendPlain(bytes.count)
            isBlocked = self.stream.feed(bytes, isFinal: isFinal, context, &channel, &self.steps)
        }
        if let hides = context.hides {
            self.original.append(bytes)
            self.hide(hides, context, &outer)
        } else {
            self.queue.translate(self.steps, into: &outer) { bytes, _, _ in bytes }
        }
        if isBlocked { self.queue.keepGap(into: &outer) }
        if isFinal { self.clear() }
        return isBlocked
    }

    /// A placeholder is for the text as it came, not for its fold.
    private mutating func hide(_ maker: PlaceholderMaker, _ context: OutputContext, _ outer: inout TextSteps) {
        let original = self.original
        let program = context.detector.program
        let settled = self.queue.translate(self.steps, into: &outer) { bytes, use, place in
            guard use >= 0, let stem = program.uses[use].stem else { return bytes }
            return maker.placeholder(stem, Array(original[place]))
        }
        self.original.removeFirst(settled)
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
