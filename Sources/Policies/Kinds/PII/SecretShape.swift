/// What a run of letters, digits and marks looks like: a key, a word, or a place for one.
struct SecretShape {
    private(set) var digits = 0
    private(set) var lowers = 0
    private(set) var uppers = 0
    private(set) var marks = 0
    /// Times that a digit, a small letter or a capital follows one of another kind, marks aside.
    private(set) var changes = 0
    private(set) var isPlaceholder = false

    init(_ text: Span<UInt8>, _ match: Range<Int>) {
        var previous = 0
        var run = 0
        var longest = 0
        for index in match {
            let byte = text[index]
            let kind = Byte.isDigit(byte) ? 1 : (Byte.isLetter(byte) ? (byte < 0x60 ? 2 : 3) : 0)
            switch kind {
            case 1: self.digits += 1
            case 2: self.uppers += 1
            case 3: self.lowers += 1
            default: self.marks += 1
            }
            if kind != previous && kind != 0 { self.changes += 1 }
            if kind != 0 { previous = kind }
            run = index > match.lowerBound && text[index - 1] == byte ? run + 1 : 1
            longest = max(longest, run)
        }
        // `xxxxxxxx`, `000000`, `********`.
        self.isPlaceholder = longest >= 6
    }

    /// Digits and letters mixed as words and identifiers do not mix them.
    var isRandom: Bool {
        let letters = self.lowers + self.uppers
        return self.digits >= 2 && letters >= 4 && self.changes * 4 >= self.digits + letters && !self.isPlaceholder
    }

    /// All three kinds of characters, and enough of each for a key of some length.
    var isMixed: Bool { self.digits >= 2 && self.lowers >= 2 && self.uppers >= 2 && !self.isPlaceholder }

    /// As people choose passwords, or are made to.
    var isPassword: Bool { self.digits >= 1 && self.lowers + self.uppers >= 2 && !self.isPlaceholder }
    var isStrongPassword: Bool {
        self.digits >= 1 && self.lowers >= 1 && self.uppers >= 1 && self.marks >= 1 && self.changes >= 4 && !self.isPlaceholder
    }
}
