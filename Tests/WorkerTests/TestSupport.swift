import Exchange
import Foundation
import Policies
import Settings

@testable import Worker

/// xorshift64*: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        self.state ^= self.state >> 12
        self.state ^= self.state << 25
        self.state ^= self.state >> 27
        return self.state &* 0x2545_F491_4F6C_DD1D
    }
}

enum TestFixture {
    struct Missing: Error {}

    static func bytes(_ name: String) throws -> [UInt8] {
        guard let url = Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures") else { throw Missing() }
        return Array(try Data(contentsOf: url))
    }
}

enum TestEngine {
    static func make(_ settings: PolicySettings) throws -> PolicyEngine {
        try PolicyEngine(PolicyProgram.compile(settings, content: .standard))
    }
}

extension RequestDocument {
    static func isJSON(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
    }
}
