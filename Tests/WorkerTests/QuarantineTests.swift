import IPC
import Platform
import Testing

@testable import Worker

@Suite("Quarantine")
struct QuarantineTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let bad = Fingerprint(high: 1, low: 2)

    private func change(_ fingerprint: Fingerprint, _ milliseconds: UInt32, policy: String = "pii-detector") -> TruthChange {
        .quarantine(.init(fingerprint: fingerprint, policy: policy, remainingMilliseconds: milliseconds))
    }

    @Test func `a body is kept away until its time is over`() {
        var quarantine = Quarantine()
        #expect(quarantine.policy(for: self.bad, at: self.start) == nil)
        quarantine.apply(self.change(self.bad, 500), at: self.start)
        #expect(quarantine.policy(for: self.bad, at: self.start + .milliseconds(499)) == "pii-detector")
        #expect(quarantine.policy(for: Fingerprint(high: 2, low: 1), at: self.start) == nil)
        #expect(quarantine.policy(for: self.bad, at: self.start + .milliseconds(500)) == nil)
    }

    @Test func `a release, a repetition and the unknown`() {
        var quarantine = Quarantine()
        quarantine.apply(self.change(self.bad, 500), at: self.start)
        quarantine.apply(.unknown(kind: 9), at: self.start)
        quarantine.apply(self.change(self.bad, 900, policy: "safety-filter"), at: self.start + .milliseconds(100))
        #expect(quarantine.policy(for: self.bad, at: self.start + .milliseconds(999)) == "safety-filter")
        quarantine.apply(.release(self.bad), at: self.start)
        #expect(quarantine.policy(for: self.bad, at: self.start) == nil)
    }

    @Test func `the whole truth replaces what was known`() {
        var quarantine = Quarantine()
        quarantine.apply(self.change(Fingerprint(high: 9, low: 9), 500), at: self.start)
        quarantine.replace(with: SharedTruth(number: 4, changes: [self.change(self.bad, 100)]), at: self.start)
        #expect(quarantine.count == 1)
        #expect(quarantine.policy(for: self.bad, at: self.start) != nil)
    }

    @Test func `what is over does not pile up`() {
        var quarantine = Quarantine()
        for number in 0..<1000 {
            let fingerprint = Fingerprint(high: UInt64(number), low: 0)
            quarantine.apply(self.change(fingerprint, 10), at: self.start + .milliseconds(Int64(number)))
        }
        #expect(quarantine.count <= 11)
    }
}
