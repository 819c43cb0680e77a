import IPC
import Testing

@testable import Worker

@Suite("Body fingerprints")
struct BodyFingerprinterTests {
    private let fingerprinter = BodyFingerprinter(seed: [UInt8](0..<32))

    private func fingerprint(_ bytes: [UInt8]) -> Fingerprint { self.fingerprinter.fingerprint(of: bytes.span) }

    private func bytes(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(count + 1))
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    @Test func `the same bytes have the same fingerprint, wherever they lie`() {
        for count in 0...256 {
            let bytes = self.bytes(count)
            let shifted = [7, 7, 7] + bytes
            #expect(self.fingerprint(bytes) == self.fingerprinter.fingerprint(of: shifted.span.extracting(3...)))
            #expect(self.fingerprint(bytes) == BodyFingerprinter(seed: [UInt8](0..<32)).fingerprint(of: bytes.span))
        }
    }

    @Test func `every bit counts, in both halves`() {
        for count in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 256] {
            let bytes = self.bytes(count)
            let whole = self.fingerprint(bytes)
            var seen: Set<Fingerprint> = [whole]
            for bit in 0..<count * 8 {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                let other = self.fingerprint(changed)
                #expect(other.high != whole.high && other.low != whole.low, "bit \(bit) of \(count) bytes")
                seen.insert(other)
            }
            #expect(seen.count == count * 8 + 1)
        }
    }

    @Test func `a flipped bit changes half of the bits`() {
        var changed = 0
        var looked = 0
        for count in [8, 40, 200] {
            let bytes = self.bytes(count)
            let whole = self.fingerprint(bytes)
            for bit in 0..<count * 8 {
                var other = bytes
                other[bit / 8] ^= 1 << UInt8(bit % 8)
                let now = self.fingerprint(other)
                changed += (now.high ^ whole.high).nonzeroBitCount + (now.low ^ whole.low).nonzeroBitCount
                looked += 128
            }
        }
        let share = Double(changed) / Double(looked)
        #expect(share > 0.49 && share < 0.51)
    }

    @Test func `lengths differ, also of zeros and of repeated tails`() {
        for byte: UInt8 in [0, 0x20, 0xFF] {
            let all = Set((0...256).map { self.fingerprint([UInt8](repeating: byte, count: $0)) })
            #expect(all.count == 257)
        }
        #expect(Set((0...256).map { self.fingerprint(self.bytes($0)) }).count == 257)
    }

    @Test func `another seed makes others`() {
        let bytes = self.bytes(100)
        var seen: Set<Fingerprint> = []
        for bit in 0..<256 {
            var seed = [UInt8](0..<32)
            seed[bit / 8] ^= 1 << UInt8(bit % 8)
            seen.insert(BodyFingerprinter(seed: seed).fingerprint(of: bytes.span))
        }
        seen.insert(self.fingerprint(bytes))
        #expect(seen.count == 257)
    }

    @Test func `words that change places are another body`() {
        let (a, b) = (self.bytes(16), self.bytes(17).dropLast())
        #expect(self.fingerprint(a + b) != self.fingerprint(b + a))
        #expect(self.fingerprint(Array(a[8...] + a[..<8])) != self.fingerprint(a))
    }
}
