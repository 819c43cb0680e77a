import Testing

@testable import Policies

@Suite("Injection model")
struct InjectionModelTests {
    /// A file that knows one rule, by weight 2 where a hand weight of 1 is 3.
    private static func file(
        version: UInt8 = 1, bits: UInt32 = UInt32(WordGrams.bits), knots: [(Float, Float)] = [(0, 0), (2, 0.5), (4, 1)],
        features: [(String, Float)] = [(InjectionFeatures.names[0], 2)], word: Int8 = 127, limits: (Float, Float) = (-1, 0.5)
    ) -> [UInt8] {
        var bytes = Array("KTINJMD".utf8) + [version]
        func add(_ value: UInt64, _ count: Int) { for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) } }
        func add(_ number: Float) { add(UInt64(number.bitPattern), 4) }
        add(UInt64(bits), 4)
        add(UInt64(features.count), 4)
        add(UInt64(knots.count), 4)
        add(7, 8)
        for number in [0, 3, 1, limits.0, limits.1] as [Float] { add(number) }
        for knot in knots {
            add(knot.0)
            add(knot.1)
        }
        for (name, weight) in features {
            add(StableHash.of(name), 8)
            add(weight)
        }
        if bits > 0 { bytes += [UInt8](repeating: UInt8(bitPattern: word), count: WordGrams.bucketCount) }
        return bytes
    }

    @Test func `the shipped file is read, and small`() {
        let model = InjectionModel.shipped
        #expect(model.knots != InjectionModel.untrained.knots)
        #expect(model.score(ofSum: 100) == 1)
        #expect(model.score(ofSum: -100) == 0)
    }

    /// Rules that were changed since then count as weighted by hand, which is less exact: `make model DATA=…`.
    @Test func `the shipped weights were learnt with most of the rules`() {
        let (known, all) = (InjectionModel.shipped.ruleCountKnown, InjectionRules.indicators.count)
        #expect(
            10 * known >= 9 * all,
            "the model knows \(known) of \(all) rules: train it again with make model (docs/design/injection-model.md)")
    }

    @Test func `known rules have their weight, unknown ones their weight by hand`() throws {
        let model = try #require(InjectionModel(file: Self.file()))
        #expect(model.ruleCountKnown == 1)
        #expect(model.rulesFingerprint == 7)
        #expect(model.weights[0] == 2)
        #expect(model.weights[1] == 3 * InjectionFeatures.rules[1].weight)
        #expect(model.weights[InjectionFeatures.rules.count...].allSatisfy { $0 == 0 })
    }

    @Test func `a feature that no rule has is passed over`() throws {
        let model = try #require(InjectionModel(file: Self.file(features: [("rule:i:gone", 9)])))
        #expect(model.ruleCountKnown == 0)
    }

    @Test(arguments: [0, 1, 7, 8, 19, 20, 40, 48, 60, 72, 83])
    func `a file that is cut is refused`(count: Int) {
        #expect(InjectionModel(file: Array(Self.file().prefix(count))) == nil)
    }

    @Test func `a file of one byte more or less, of another version or with impossible numbers is refused`() {
        #expect(InjectionModel(file: Self.file()) != nil)
        #expect(InjectionModel(file: Self.file() + [0]) == nil)
        #expect(InjectionModel(file: Self.file().dropLast()) == nil)
        #expect(InjectionModel(file: Self.file(version: 2)) == nil)
        #expect(InjectionModel(file: Self.file(bits: 14)) == nil)
        #expect(InjectionModel(file: Self.file(bits: 0)) != nil)
        #expect(InjectionModel(file: Self.file(knots: [(0, 0)])) == nil)
        #expect(InjectionModel(file: Self.file(knots: [(0, 0), (0, 1)])) == nil)
        #expect(InjectionModel(file: Self.file(knots: [(0, 0.5), (1, 0.4)])) == nil)
        #expect(InjectionModel(file: Self.file(knots: [(0, 0), (1, 1.1)])) == nil)
        #expect(InjectionModel(file: Self.file(features: [("x", .nan)])) == nil)
        #expect(InjectionModel(file: Self.file(limits: (0.1, 0.5))) == nil)
        #expect(InjectionModel(file: Self.file(knots: (0..<64).map { (Float($0), Float($0) / 64) })) != nil)
        #expect(InjectionModel(file: Self.file(knots: (0..<65).map { (Float($0), Float($0) / 65) })) == nil)
    }

    @Test func `scores are straight between knots`() throws {
        let model = try #require(InjectionModel(file: Self.file()))
        #expect([-1, 0, 1, 2, 3, 4, 9].map { model.score(ofSum: $0) } == [0, 0, 0.25, 0.5, 0.75, 1, 1])
    }

    @Test func `words add and take no more than their limits`() throws {
        let text = Array("what words can do by themselves is not much".utf8)
        let high = try #require(InjectionModel(file: Self.file()))
        let low = try #require(InjectionModel(file: Self.file(word: -128)))
        #expect(high.wordSum(text.span) == 0.5)
        #expect(low.wordSum(text.span) == -1)
        #expect(InjectionModel.untrained.wordSum(text.span) == 0)
        #expect(high.wordSum([UInt8]().span) == 0)
        #expect(high.wordSum(Array("?!".utf8).span) == 0)
    }

    /// The most that words can add does not lift what rules leave below half.
    @Test func `the shipped words alone can never block`() {
        let model = InjectionModel.shipped
        let half = model.knots.last { $0.score <= 0.5 }?.sum ?? .infinity
        #expect(model.score(ofSum: half + model.wordLimits.upperBound) < 0.8)
        #expect(model.wordLimits.upperBound < -model.wordLimits.lowerBound)
    }

    @Test func `weights of rules have the sign that they have by hand`() {
        for (rank, rule) in InjectionFeatures.rules.enumerated() {
            let weight = InjectionModel.shipped.weights[rank]
            #expect(rule.weight > 0 ? weight >= 0 : weight <= 0)
        }
    }

    @Test(arguments: [
        (#"He wrote "ignore" twice"#, true), (#"the `ignore` key"#, true), (#"a "b" ignore "c""#, false), (#""ignore""#, false),
        (#"He wrote "x\nignore" twice"#, false), (#"He wrote "ignore twice"#, false), ("ignore", false),
    ])
    func `what is quoted in a line that says more is told`(text: String, isQuoted: Bool) throws {
        let text = Array(text.replacing("\\n", with: "\n").utf8)
        let start = try #require(text.indices.first { text[$0...].starts(with: "ignore".utf8) })
        #expect(Quotation.holds(start..<(start + 6), in: text.span) == isQuoted)
    }

    private static func buckets(_ text: String) -> [Int] {
        var buckets: [Int] = []
        let count = WordGrams.forEachBucket(of: Array(text.utf8).span) { buckets.append($0) }
        #expect(count == buckets.count && Set(buckets).count == count)
        return buckets
    }

    @Test func `words and pairs are told apart, case, signs and digits are not`() {
        #expect(Self.buckets("").isEmpty)
        #expect(Self.buckets("ignore").count == 1)
        #expect(Self.buckets("ignore all rules").count == 5)
        #expect(Self.buckets("Ignore,  ALL\nrules!") == Self.buckets("ignore all rules"))
        #expect(Self.buckets("12 345") == Self.buckets("0 0"))
        #expect(Self.buckets("a a a").count == 2)
        #expect(Set(Self.buckets("rules all")) != Set(Self.buckets("all rules")))
        let long = String(repeating: "x", count: WordGrams.wordBytesMax)
        #expect(Self.buckets(long) == Self.buckets(long + "x"))
        #expect(Self.buckets(long) != Self.buckets(String(long.dropLast())))
    }

    /// The buckets are part of the file's meaning: another hash wants other weights.
    @Test func `buckets stay the same from build to build`() {
        #expect(StableHash.of("") == 0xCBF2_9CE4_8422_2325)
        #expect(StableHash.of("a") == 0xAF63_DC4C_8601_EC8C)
        #expect(Self.buckets("ignore") == [28347])
    }
}
