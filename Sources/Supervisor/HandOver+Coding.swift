internal import IPC
internal import Platform

/// magic u32 | version u16 | fields. The numbers of the fields are frozen; a later build adds fields and changes none.
extension HandOver {
    private static let magic: UInt32 = 0x3148_544B  // "KTH1"

    private enum Tag {
        static let purpose: UInt16 = 1, readsLow: UInt16 = 2, readsHigh: UInt16 = 3, pid: UInt16 = 4, startedAt: UInt16 = 5
        static let seed: UInt16 = 6, directory: UInt16 = 7, lastGeneration: UInt16 = 8, sealed: UInt16 = 9, programs: UInt16 = 10
        static let group: UInt16 = 11, inForce: UInt16 = 12, indexCount: UInt16 = 13, generation: UInt16 = 14, lastGood: UInt16 = 15
        static let probation: UInt16 = 16, demo: UInt16 = 17, console: UInt16 = 18, control: UInt16 = 19, stateLock: UInt16 = 20
        static let truth: UInt16 = 21, retiredMetrics: UInt16 = 22, reload: UInt16 = 23, death: UInt16 = 24, restarts: UInt16 = 25
        // 26 was used once.
        static let wayBack: UInt16 = 27, reason: UInt16 = 28, part: UInt16 = 29
    }

    func encode() -> [UInt8] {
        var fields = TaggedWriter()
        fields.put(Tag.purpose, self.purpose.rawValue)
        fields.put(Tag.readsLow, self.reads.lowerBound)
        fields.put(Tag.readsHigh, self.reads.upperBound)
        fields.put(Tag.pid, self.supervisorPid)
        fields.put(Tag.startedAt, self.startedAt.nanoseconds)
        fields.put(Tag.seed, raw: self.seed)
        fields.put(Tag.directory, self.directory)
        fields.put(Tag.lastGeneration, self.lastGeneration)
        for value in self.sealed { fields.put(Tag.sealed, value) }
        for value in self.programs { fields.put(Tag.programs) { value.encode(into: &$0) } }
        for value in self.groups { fields.put(Tag.group) { value.encode(into: &$0) } }
        for value in self.inForce { fields.put(Tag.inForce, value) }
        fields.put(Tag.indexCount, self.indexCount)
        for value in self.generations { fields.put(Tag.generation) { value.encode(into: &$0) } }
        if let value = self.lastGood { fields.put(Tag.lastGood) { value.encode(into: &$0) } }
        if let value = self.probation { fields.put(Tag.probation) { value.encode(into: &$0) } }
        if let value = self.demo { fields.put(Tag.demo) { value.encode(into: &$0) } }
        if let value = self.console { fields.put(Tag.console) { value.encode(into: &$0) } }
        if let value = self.control { fields.put(Tag.control) { value.encode(into: &$0) } }
        fields.put(Tag.stateLock, self.stateLock)
        fields.put(Tag.truth, raw: self.truth)
        fields.put(Tag.retiredMetrics, raw: self.retiredMetrics)
        for value in self.reloads { fields.put(Tag.reload) { value.encode(into: &$0) } }
        for value in self.deaths { fields.put(Tag.death) { value.encode(into: &$0) } }
        for value in self.restarts { fields.put(Tag.restarts) { value.encode(into: &$0) } }
        if let value = self.wayBack { fields.put(Tag.wayBack) { value.encode(into: &$0) } }
        fields.put(Tag.reason, self.reason)
        for value in self.parts { fields.put(Tag.part) { value.encode(into: &$0) } }
        var whole = ByteWriter()
        whole.put(Self.magic)
        whole.put(Self.readable.upperBound)
        whole.put(raw: fields.bytes)
        return whole.bytes
    }

    /// nil: not of a version that this build reads, or damaged.
    static func decode(_ bytes: [UInt8]) -> HandOver? {
        do throws(MalformedBytes) {
            var head = ByteReader(bytes.prefix(6))
            guard try head.take(UInt32.self) == Self.magic, Self.readable.contains(try head.take(UInt16.self)) else { return nil }
            return try HandOver(TaggedReader(bytes.dropFirst(6)))
        } catch {
            return nil
        }
    }

    private init(_ fields: TaggedReader) throws(MalformedBytes) {
        let (low, high) = (try fields.required(Tag.readsLow, UInt16.self), try fields.required(Tag.readsHigh, UInt16.self))
        guard let purpose = Purpose(rawValue: try fields.required(Tag.purpose)), low <= high, let directory = try fields.text(Tag.directory)
        else { throw MalformedBytes() }
        self.init(
            purpose: purpose, reads: low...high, supervisorPid: try fields.required(Tag.pid),
            startedAt: Instant(nanoseconds: try fields.required(Tag.startedAt)), seed: fields.raw(Tag.seed), directory: directory,
            lastGeneration: try fields.required(Tag.lastGeneration))
        guard self.seed.count == Message.Assign.seedBytes else { throw MalformedBytes() }
        self.sealed = try fields.descriptors(Tag.sealed)
        for record in try fields.records(Tag.programs) { self.programs.append(try Programs(record)) }
        for record in try fields.records(Tag.group) { self.groups.append(try Group(record)) }
        self.inForce = try fields.numbers(Tag.inForce)
        self.indexCount = try fields.number(Tag.indexCount) ?? 0
        for record in try fields.records(Tag.generation) { self.generations.append(try Generation(record)) }
        for record in try fields.records(Tag.lastGood) { self.lastGood = try LastGood(record) }
        for record in try fields.records(Tag.probation) { self.probation = try Probation(record) }
        for record in try fields.records(Tag.demo) { self.demo = try Demo(record) }
        for record in try fields.records(Tag.console) { self.console = try Console(record) }
        for record in try fields.records(Tag.control) { self.control = try Control(record) }
        self.stateLock = try fields.descriptor(Tag.stateLock)
        self.truth = fields.raw(Tag.truth)
        self.retiredMetrics = fields.raw(Tag.retiredMetrics)
        for record in try fields.records(Tag.reload) { self.reloads.append(try Reload(record)) }
        for record in try fields.records(Tag.death) { self.deaths.append(try Death(record)) }
        for record in try fields.records(Tag.restarts) { self.restarts.append(try Count(record)) }
        for record in try fields.records(Tag.wayBack) { self.wayBack = try WayBack(record) }
        self.reason = try fields.text(Tag.reason) ?? ""
        for record in try fields.records(Tag.part) { self.parts.append(try Part(record)) }
        guard self.isConsistent else { throw MalformedBytes() }
    }
}

extension TaggedReader {
    /// A descriptor's number; nil: absent. Standard streams are nobody's to hand over.
    func descriptor(_ tag: UInt16) throws(MalformedBytes) -> CInt? {
        guard let number = try self.number(tag, CInt.self) else { return nil }
        guard number > 2 else { throw MalformedBytes() }
        return number
    }

    func requiredDescriptor(_ tag: UInt16) throws(MalformedBytes) -> CInt {
        guard let number = try self.descriptor(tag) else { throw MalformedBytes() }
        return number
    }

    func descriptors(_ tag: UInt16) throws(MalformedBytes) -> [CInt] {
        let numbers = try self.numbers(tag, CInt.self)
        guard numbers.allSatisfy({ $0 > 2 }) else { throw MalformedBytes() }
        return numbers
    }

    func moment(_ tag: UInt16) throws(MalformedBytes) -> Instant? { try self.number(tag).map { Instant(nanoseconds: $0) } }

    func requiredMoment(_ tag: UInt16) throws(MalformedBytes) -> Instant { Instant(nanoseconds: try self.required(tag)) }

    func requiredText(_ tag: UInt16) throws(MalformedBytes) -> String {
        guard let text = try self.text(tag) else { throw MalformedBytes() }
        return text
    }
}
