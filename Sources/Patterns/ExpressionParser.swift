/// What an expression's author has to change.
struct ExpressionError: Error, Equatable {
    var reason: String
    /// In Unicode scalars from the start of the expression.
    var offset: Int
}

/// Parses the part of the pattern engine's syntax that both of our automata understand alike. Lazy forms are read as greedy ones:
/// a set of matches has no order. A dot stands for any byte; `$` for the end of the text only.
struct ExpressionParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    private var isCaseless: Bool

    private static let depthMax = 64
    private static let repeatMax = 4096

    static func parse(_ text: String, isCaseless: Bool) throws(ExpressionError) -> Expression {
        var parser = ExpressionParser(scalars: Array(text.unicodeScalars), isCaseless: isCaseless)
        if parser.skip("(?i)") { parser.isCaseless = true }
        let result = try parser.alternatives()
        if parser.index < parser.scalars.count { throw parser.error("unmatched )") }
        return result
    }

    private init(scalars: [Unicode.Scalar], isCaseless: Bool) {
        self.scalars = scalars
        self.isCaseless = isCaseless
    }

    private var next: Unicode.Scalar? { self.index < self.scalars.count ? self.scalars[self.index] : nil }

    private func error(_ reason: String) -> ExpressionError { ExpressionError(reason: reason, offset: self.index) }

    private mutating func skip(_ text: String) -> Bool {
        var index = self.index
        for wanted in text.unicodeScalars {
            guard index < self.scalars.count, self.scalars[index] == wanted else { return false }
            index += 1
        }
        self.index = index
        return true
    }

    // MARK: Structure

    private mutating func alternatives() throws(ExpressionError) -> Expression {
        var branches = [try self.sequence()]
        while self.skip("|") { branches.append(try self.sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(ExpressionError) -> Expression {
        var parts: [Expression] = []
        while let scalar = self.next, scalar != "|", scalar != ")" {
            let part = try self.atom()
            parts.append(try self.quantified(part))
        }
        switch parts.count {
        case 0: return .empty
        case 1: return parts[0]
        default: return .sequence(parts)
        }
    }

    private mutating func quantified(_ atom: Expression) throws(ExpressionError) -> Expression {
        var result = atom
        var isRepeated = false
        while let (min, max) = try self.quantifier() {
            if isRepeated { throw self.error("nothing to repeat") }
            isRepeated = true
            if case .assertion = atom { throw self.error("nothing to repeat") }
            result = .repeated(result, min: min, max: max)
            if self.skip("+") { throw self.error("possessive forms are not supported") }
            _ = self.skip("?")
        }
        return result
    }

    private mutating func quantifier() throws(ExpressionError) -> (Int, Int?)? {
        switch self.next {
        case "?":
            self.index += 1
            return (0, 1)
        case "*":
            self.index += 1
            return (0, nil)
        case "+":
            self.index += 1
            return (1, nil)
        case "{":
            let start = self.index
            self.index += 1
            if let min = self.number() {
                if self.skip("}") { return try self.checked(min, min) }
                if self.skip(",") {
                    if self.skip("}") { return try self.checked(min, nil) }
                    if let max = self.number(), self.skip("}") { return try self.checked(min, max) }
                }
            }
            self.index = start
            return nil
        default: return nil
        }
    }

    private func checked(_ min: Int, _ max: Int?) throws(ExpressionError) -> (Int, Int?) {
        if min > Self.repeatMax || max ?? 0 > Self.repeatMax { throw self.error("repeats more than \(Self.repeatMax) times") }
        if let max, max < min { throw self.error("bounds of the repeat are out of order") }
        return (min, max)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = self.next, scalar.value >= 0x30, scalar.value <= 0x39 {
            value = Swift.min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
            self.index += 1
        }
        return value
    }

    private mutating func atom() throws(ExpressionError) -> Expression {
        guard let scalar = self.next else { return .empty }
        switch scalar {
        case "(": return try self.group()
        case "[": return try self.characterClass()
        case "\\": return try self.escape()
        case ".":
            self.index += 1
            return .bytes(.all)
        case "^":
            self.index += 1
            return .assertion(.textStart)
        case "$":
            self.index += 1
            return .assertion(.textEnd)
        case "*", "+", "?": throw self.error("nothing to repeat")
        default:
            self.index += 1
            return self.literal(scalar)
        }
    }

    private mutating func group() throws(ExpressionError) -> Expression {
        let outer = self.isCaseless
        if self.skip("(?i:") {
            self.isCaseless = true
        } else if self.skip("(?-i:") {
            self.isCaseless = false
        } else if self.skip("(?:") {
        } else if self.skip("(?") || self.skip("(*") {
            throw self.error("only (?: ), (?i: ), (?-i: ) and a leading (?i) are supported, no look-around")
        } else {
            self.index += 1
        }
        self.depth += 1
        if self.depth > Self.depthMax { throw self.error("groups are nested too deeply") }
        let result = try self.alternatives()
        self.depth -= 1
        if !self.skip(")") { throw self.error("missing )") }
        self.isCaseless = outer
        return result
    }

    // MARK: Characters

    /// One character: a byte, or the bytes of its UTF-8 form.
    private func literal(_ scalar: Unicode.Scalar) -> Expression {
        if scalar.isASCII { return .bytes(self.folded(ByteSet(UInt8(truncatingIfNeeded: scalar.value)))) }
        var forms = [scalar]
        if self.isCaseless {
            for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                let mapped = Array(mapping.unicodeScalars)
                if mapped.count == 1, !mapped[0].isASCII, !forms.contains(mapped[0]) { forms.append(mapped[0]) }
            }
        }
        let branches = forms.map { form in Expression.sequence(UTF8.encodedBytes(of: form).map { .bytes(ByteSet($0)) }) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private func folded(_ set: ByteSet) -> ByteSet { self.isCaseless ? set.caseFolded : set }

    private enum Escape {
        case set(ByteSet)
        /// A byte given by its number, also above 0x7F.
        case byte(UInt8)
        case scalar(Unicode.Scalar)
        case assertion(Expression.Assertion)
    }

    private mutating func escape() throws(ExpressionError) -> Expression {
        switch try self.escapeMeaning() {
        case .set(let set): return .bytes(set)
        case .byte(let byte): return .bytes(self.folded(ByteSet(byte)))
        case .scalar(let scalar): return self.literal(scalar)
        case .assertion(let assertion): return .assertion(assertion)
        }
    }

    private mutating func escapeMeaning() throws(ExpressionError) -> Escape {
        self.index += 1
        guard let scalar = self.next else { throw self.error("a backslash at the end") }
        self.index += 1
        switch scalar {
        case "d": return .set(.digits)
        case "D": return .set(ByteSet.digits.inverted)
        case "w": return .set(.word)
        case "W": return .set(ByteSet.word.inverted)
        case "s": return .set(.spaces)
        case "S": return .set(ByteSet.spaces.inverted)
        case "b": return .assertion(.wordBoundary)
        case "B": return .assertion(.noWordBoundary)
        case "A": return .assertion(.textStart)
        case "z": return .assertion(.textEnd)
        case "t": return .byte(0x09)
        case "n": return .byte(0x0A)
        case "f": return .byte(0x0C)
        case "r": return .byte(0x0D)
        case "x": return try self.hexEscape()
        default:
            if scalar.isASCII, isWordByte(UInt8(truncatingIfNeeded: scalar.value)), scalar != "_" {
                throw self.error("\\\(scalar) is not supported")
            }
            return .scalar(scalar)
        }
    }

    private mutating func hexEscape() throws(ExpressionError) -> Escape {
        let isBraced = self.skip("{")
        var value: UInt32 = 0
        var count = 0
        while count < (isBraced ? 6 : 2), let digit = self.next?.hexDigitValue {
            value = value * 16 + digit
            count += 1
            self.index += 1
        }
        if isBraced {
            guard self.skip("}"), count > 0, let scalar = Unicode.Scalar(value) else { throw self.error("not a character") }
            return .scalar(scalar)
        }
        guard count == 2 else { throw self.error("\\x takes two hexadecimal digits") }
        return .byte(UInt8(truncatingIfNeeded: value))
    }

    private mutating func characterClass() throws(ExpressionError) -> Expression {
        self.index += 1
        let isNegated = self.skip("^")
        var set = ByteSet()
        var wide: [Unicode.Scalar] = []
        var isFirst = true
        while true {
            guard let scalar = self.next else { throw self.error("missing ]") }
            if scalar == "]", !isFirst { break }
            if scalar == "[", self.index + 1 < self.scalars.count, [":", ".", "="].contains(self.scalars[self.index + 1]) {
                throw self.error("POSIX classes are not supported; write a range")
            }
            isFirst = false
            guard let low = try self.member(into: &set) else { continue }
            guard self.next == "-", self.index + 1 < self.scalars.count, self.scalars[self.index + 1] != "]" else {
                try self.add(low, low, to: &set, &wide)
                continue
            }
            self.index += 1
            guard let high = try self.member(into: &set) else { throw self.error("a range ends in a class") }
            try self.add(low, high, to: &set, &wide)
        }
        self.index += 1
        set = self.folded(set)
        if isNegated {
            if !wide.isEmpty { throw self.error("a negated class takes ASCII characters only") }
            return .bytes(set.inverted)
        }
        if wide.isEmpty {
            if set.isEmpty { throw self.error("an empty class") }
            return .bytes(set)
        }
        var branches = self.branches(wide)
        if !set.isEmpty { branches.insert(.bytes(set), at: 0) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private enum Member {
        case byte(UInt8)
        case scalar(Unicode.Scalar)
    }

    /// One end of a range, or nil when a class such as `\d` went into the set.
    private mutating func member(into set: inout ByteSet) throws(ExpressionError) -> Member? {
        guard let scalar = self.next else { throw self.error("missing ]") }
        guard scalar == "\\" else {
            self.index += 1
            return .scalar(scalar)
        }
        if self.index + 1 < self.scalars.count, self.scalars[self.index + 1] == "b" {
            self.index += 2
            return .byte(0x08)
        }
        switch try self.escapeMeaning() {
        case .set(let members):
            set.formUnion(members)
            return nil
        case .byte(let byte): return .byte(byte)
        case .scalar(let scalar): return .scalar(scalar)
        case .assertion: throw self.error("an assertion inside a class")
        }
    }

    private func add(
        _ low: Member, _ high: Member, to set: inout ByteSet, _ wide: inout [Unicode.Scalar]
    ) throws(ExpressionError) {
        switch (low, high) {
        case (.byte(let low), .byte(let high)):
            if low > high { throw self.error("a range is out of order") }
            set.formUnion(ByteSet(low...high))
        case (.byte(let low), .scalar(let high)):
            if low >= 0x80 || !high.isASCII { throw self.error("a range of a byte and a character") }
            try self.add(.byte(low), .byte(UInt8(truncatingIfNeeded: high.value)), to: &set, &wide)
        case (.scalar(let low), .byte(let high)):
            if high >= 0x80 || !low.isASCII { throw self.error("a range of a character and a byte") }
            try self.add(.byte(UInt8(truncatingIfNeeded: low.value)), .byte(high), to: &set, &wide)
        case (.scalar(let low), .scalar(let high)):
            if low > high { throw self.error("a range is out of order") }
            if high.value - low.value > 4096 { throw self.error("a range of more than 4096 characters") }
            for value in low.value...high.value {
                if value < 0x80 {
                    set.insert(UInt8(truncatingIfNeeded: value))
                } else if let scalar = Unicode.Scalar(value) {
                    wide.append(scalar)
                }
            }
        }
    }

    /// Alternatives of UTF-8 sequences that share all but their last byte.
    private func branches(_ scalars: [Unicode.Scalar]) -> [Expression] {
        var order: [[UInt8]] = []
        var lasts: [[UInt8]: ByteSet] = [:]
        func add(_ scalar: Unicode.Scalar) {
            var bytes = UTF8.encodedBytes(of: scalar)
            guard let last = bytes.popLast() else { return }
            if lasts[bytes] == nil { order.append(bytes) }
            lasts[bytes, default: ByteSet()].insert(last)
        }
        for scalar in scalars {
            add(scalar)
            guard self.isCaseless else { continue }
            for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                let mapped = Array(mapping.unicodeScalars)
                if mapped.count == 1, !mapped[0].isASCII { add(mapped[0]) }
            }
        }
        return order.map { prefix in
            .sequence(prefix.map { .bytes(ByteSet($0)) } + [.bytes(lasts[prefix] ?? ByteSet())])
        }
    }
}

extension UTF8 {
    fileprivate static func encodedBytes(of scalar: Unicode.Scalar) -> [UInt8] {
        UTF8.encode(scalar).map { Array($0) } ?? []
    }
}

extension Unicode.Scalar {
    /// The value of an ASCII hexadecimal digit.
    fileprivate var hexDigitValue: UInt32? {
        switch self.value {
        case 0x30...0x39: self.value - 0x30
        case 0x41...0x46: self.value - 0x41 + 10
        case 0x61...0x66: self.value - 0x61 + 10
        default: nil
        }
    }
}
