import IPC
import Platform
import Testing

@testable import Supervisor

@Suite("Autopsy")
struct AutopsyTests {
    static let body = Fingerprint(high: 7, low: 8)
    static let other = Fingerprint(high: 9, low: 9)

    static func entry(_ sequence: UInt64, _ fingerprint: Fingerprint = AutopsyTests.body) -> InFlightEntry {
        InFlightEntry(
            sequence: sequence, wallNanoseconds: 1_790_000_000_000_000_000, startedAt: Instant(nanoseconds: 50), fingerprint: fingerprint,
            bodyBytes: 12, endpoint: 0, isStream: true, requestID: Array("r\(sequence)".utf8), clientAddress: Array("127.0.0.1".utf8),
            model: Array("m".utf8))
    }

    /// A worker that was at its policies with the second of two requests and died of a fault.
    static func facts(
        ending: ChildProcess.Ending? = .killed(signal: 11), ourSignal: Autopsy.OurSignal = .none, wasAsked: Bool = false, memoryRanOut: Bool = false,
        words: LastWords? = LastWords(signal: 11, code: 1, sender: 0),
        flight: FlightRecord? = AutopsyTests.atWork, silent: FlightRecord? = AutopsyTests.atWork
    ) -> Autopsy.Facts {
        Autopsy.Facts(
            pid: 100, ending: ending, ourSignal: ourSignal, wasAsked: wasAsked, memoryRanOut: memoryRanOut, lastWords: words, flight: flight, silentFlight: silent,
            requests: [(1, .open, Self.entry(1, Self.other)), (4, .open, Self.entry(2))])
    }

    static let atWork = FlightRecord(stage: .input, fingerprint: body, entry: 4, policy: 2)
    static let blamed = Autopsy.Culprit(entry: 4, fingerprint: body, stage: .input, policy: 2)

    @Test(arguments: [
        // A fault that the kernel saw; a fault's code may also be SI_KERNEL.
        (ChildProcess.Ending.killed(signal: 11), LastWords(signal: 11, code: 1, sender: 0)),
        (.killed(signal: 11), LastWords(signal: 11, code: 0x80, sender: 0)), (.killed(signal: 4), LastWords(signal: 4, code: 2, sender: 0)),
        // abort(3): its own pid with SI_TKILL.
        (.killed(signal: 6), LastWords(signal: 6, code: -6, sender: 100)),
        // The handler did not get to say anything.
        (.killed(signal: 11), nil), (.killed(signal: 7), nil),
        // It still writes its back trace.
        (nil, LastWords(signal: 5, code: 1, sender: 0)),
    ] as [(ChildProcess.Ending?, LastWords?)])
    func `what the program did itself is to blame on the body`(ending: ChildProcess.Ending?, words: LastWords?) {
        let autopsy = Autopsy(Self.facts(ending: ending, words: words))
        #expect(autopsy.reason == .crash)
        #expect(autopsy.culprit == Self.blamed)
    }

    @Test(arguments: [
        // kill(2) from somebody: SI_USER, SI_TKILL, SI_QUEUE with another pid.
        (ChildProcess.Ending.killed(signal: 11), LastWords(signal: 11, code: 0, sender: 55)),
        (.killed(signal: 6), LastWords(signal: 6, code: -6, sender: 55)), (.killed(signal: 6), LastWords(signal: 6, code: -1, sender: 55)),
        (nil, LastWords(signal: 6, code: 0, sender: 55)),
        // Nothing that a handler could see.
        (.killed(signal: 9), nil), (.killed(signal: 15), nil), (.killed(signal: 6), nil),
        // The words are of another signal than the one that ended it.
        (.killed(signal: 9), LastWords(signal: 11, code: 1, sender: 0)),
        (.exited(1), nil), (.exited(0), LastWords(signal: 11, code: 1, sender: 0)), (nil, nil),
    ] as [(ChildProcess.Ending?, LastWords?)])
    func `a signal that somebody sent quarantines nothing`(ending: ChildProcess.Ending?, words: LastWords?) {
        let autopsy = Autopsy(Self.facts(ending: ending, words: words))
        #expect(autopsy.reason == .crash)
        #expect(autopsy.culprit == nil)
    }

    @Test(arguments: [
        (ChildProcess.Ending.killed(signal: 6), LastWords(signal: 6, code: 0, sender: 1)), (.killed(signal: 9), nil), (nil, LastWords(signal: 6, code: 0, sender: 1)),
    ] as [(ChildProcess.Ending?, LastWords?)])
    func `a worker that we ended because it hung is to blame on the body`(ending: ChildProcess.Ending?, words: LastWords?) {
        let autopsy = Autopsy(Self.facts(ending: ending, ourSignal: .hang, words: words))
        #expect(autopsy.reason == .hang)
        #expect(autopsy.culprit == Self.blamed)
        #expect(Autopsy(Self.facts(ending: ending, ourSignal: .hang, words: words, flight: nil)).culprit == nil)
    }

    @Test(arguments: [
        nil, FlightRecord(stage: .input, fingerprint: other, entry: 1, policy: 2), FlightRecord(stage: .input, fingerprint: body, entry: 4, policy: 1),
    ] as [FlightRecord?])
    func `a hang is blamed on what was there from its first moment on`(silent: FlightRecord?) {
        let autopsy = Autopsy(Self.facts(ending: .killed(signal: 6), ourSignal: .hang, silent: silent))
        #expect(autopsy.reason == .hang)
        #expect(autopsy.culprit == nil)
    }

    @Test func `a worker that accepted nobody is blamed on no request`() {
        let autopsy = Autopsy(Self.facts(ending: .killed(signal: 6), ourSignal: .stall, words: LastWords(signal: 6, code: 0, sender: 1)))
        #expect(autopsy.reason == .hang)
        #expect(autopsy.culprit == nil)
    }

    @Test func `a silence has the flight of its first look, unless it goes on to another`() {
        var silence = SilentFlight()
        silence.look(isStale: false) { Self.atWork }
        #expect(silence.flight == nil)
        silence.look(isStale: true) { Self.atWork }
        silence.look(isStale: true) { FlightRecord(stage: .input, fingerprint: Self.other, entry: 1, policy: 2) }
        #expect(silence.flight == Self.atWork)
        var moved = silence
        silence.confirm(Self.atWork)
        #expect(silence.flight == Self.atWork)
        moved.confirm(FlightRecord(stage: .input, fingerprint: Self.other, entry: 1, policy: 2))
        #expect(moved.flight == nil)
        silence.look(isStale: false) { Self.atWork }
        #expect(silence.flight == nil)
    }

    @Test func `a worker says once what is said once`() {
        var words = WorkerWords()
        let ofReady = [words.isFirstReady(), words.isFirstReady()]
        #expect(ofReady == [true, false])
        let ofDying = [words.isFirstDying(), words.isFirstDying()]
        #expect(ofDying == [true, false])
        let ofGone = [words.isFirstGone(), words.isFirstGone()]
        #expect(ofGone == [true, false])
    }

    @Test func `a worker that the kernel ended for want of memory is to blame on the body`() {
        let autopsy = Autopsy(Self.facts(ending: .killed(signal: 9), memoryRanOut: true, words: nil))
        #expect(autopsy.reason == .outOfMemory)
        #expect(autopsy.culprit == Self.blamed)
        // Memory ran out somewhere, and this one was killed by ourselves.
        let dismissed = Autopsy(Self.facts(ending: .killed(signal: 9), ourSignal: .dismissal, memoryRanOut: true, words: nil))
        #expect(dismissed.reason == .asked)
        #expect(dismissed.culprit == nil)
        #expect(Autopsy(Self.facts(ending: .killed(signal: 11), memoryRanOut: true)).reason == .crash)
    }

    @Test func `an end that was wanted is none of a crash, and a crash while draining still has its culprit`() {
        let drained = Autopsy(Self.facts(ending: .exited(0), wasAsked: true, words: nil, flight: nil))
        #expect(drained.reason == .asked)
        #expect(drained.culprit == nil)
        let crashed = Autopsy(Self.facts(wasAsked: true))
        #expect(crashed.reason == .asked)
        #expect(crashed.culprit == Self.blamed)
    }

    @Test func `without a record of the flight there is no culprit`() {
        #expect(Autopsy(Self.facts(flight: nil)).culprit == nil)
    }

    @Test(arguments: [nil, 1, 99] as [Int?]) func `an entry of another body is not blamed, its fingerprint is`(entry: Int?) {
        let flight = FlightRecord(stage: .output, fingerprint: Self.body, entry: entry, policy: 0)
        #expect(Autopsy(Self.facts(flight: flight)).culprit == Autopsy.Culprit(entry: nil, fingerprint: Self.body, stage: .output, policy: 0))
    }

    @Test func `a policy has the name of its place in a chain`() {
        func name(_ stage: FlightRecord.Stage, _ policy: Int) -> String {
            Autopsy.Culprit(entry: nil, fingerprint: Self.body, stage: stage, policy: policy).policyName
        }
        #expect(name(.input, 1) == "prompt-injection")
        #expect(name(.output, 2) == "pii-detector")
        #expect(name(.input, 0) == "pattern-scan")
        #expect(name(.decode, 0) == "decoder")
        #expect(name(.input, 1000) == "pattern-scan")
    }
}
