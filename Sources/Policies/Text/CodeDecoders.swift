/// Letters written as numbers or as Morse code.
enum CodeDecoders {
    private static let lettersMin = 8

    /// Rows of numbers, each a letter's code: `105 103 110`, `0x69,0x67`, `01101001 01100111`. One view per base in which all of them are letters.
    static func numbers(_ text: Span<UInt8>) -> [[UInt8]] {
        [2, 16, 10, 8].compactMap { self.numbers(text, base: $0) }
    }

    private static func numbers(_ text: Span<UInt8>, base: Int) -> [UInt8]? {
        var best: [UInt8] = []
        var row: [UInt8] = []
        var index = 0
        while index < text.count {
            let (value, end) = self.number(text, at: index, base: base)
            if let value {
                row.append(value)
            } else {
                if row.count > best.count { best = row }
                row = []
            }
            index = max(end, index + 1)
            // Separators of a row.
            while index < text.count, text[index] == 0x20 || text[index] == 0x2C || text[index] == 0x0A || text[index] == 0x3B { index += 1 }
        }
        if row.count > best.count { best = row }
        return best.count >= self.lettersMin ? best : nil
    }

    /// The printable character that a whole word of digits at `start` is the code of, and where the word ends.
    private static func number(_ text: Span<UInt8>, at start: Int, base: Int) -> (value: UInt8?, end: Int) {
        var index = start
        if index + 2 < text.count, text[index] == 0x30, text[index + 1] | 0x20 == (base == 16 ? 0x78 : base == 2 ? 0x62 : 0x6F) { index += 2 }
        let first = index
        var value = 0
        var isNumber = true
        while index < text.count, Byte.isAlphanumeric(text[index]) {
            if let digit = Byte.hexValue(text[index]), Int(digit) < base { value = min(value * base + Int(digit), 1000) } else { isNumber = false }
            index += 1
        }
        let digits = index - first
        let digitsRange = base == 2 ? 7...8 : base == 8 ? 3...3 : base == 16 ? 2...2 : 2...3
        let isText = value == 0x0A || (0x20...0x7E).contains(value)
        return (isNumber && digitsRange.contains(digits) && isText ? UInt8(value) : nil, index)
    }

    /// `.. --. -. --- .-. .`: letters apart by a space, words by `/`, `|` or wider gaps.
    static func morse(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var letters = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x2E || byte == 0x2D {
                var (code, length) = (1, 0)
                while index < text.count, text[index] == 0x2E || text[index] == 0x2D {
                    code = min(code << 1 | (text[index] == 0x2D ? 1 : 0), 1 << 12)
                    length += 1
                    index += 1
                }
                if length <= 5, let letter = self.letters[code] {
                    output.append(letter)
                    letters += 1
                }
                continue
            }
            var spaces = 0
            while index < text.count, text[index] == 0x20 || text[index] == 0x0A || text[index] == 0x2F || text[index] == 0x7C {
                spaces += text[index] == 0x20 ? 1 : 2
                index += 1
            }
            if spaces > 1 { output.append(0x20) }
            if spaces == 0 {
                output.append(byte)
                index += 1
            }
        }
        return letters >= self.lettersMin ? output : nil
    }

    /// By the code with a 1 before it, a dash being 1 and a dot 0.
    private static let letters: [Int: UInt8] = {
        let codes = [
            "a.-", "b-...", "c-.-.", "d-..", "e.", "f..-.", "g--.", "h....", "i..", "j.---", "k-.-", "l.-..", "m--", "n-.", "o---", "p.--.", "q--.-",
            "r.-.", "s...", "t-", "u..-", "v...-", "w.--", "x-..-", "y-.--", "z--..", "0-----", "1.----", "2..---", "3...--", "4....-", "5.....",
            "6-....", "7--...", "8---..", "9----.",
        ]
        var table: [Int: UInt8] = [:]
        for code in codes {
            let bytes = Array(code.utf8)
            table[bytes.dropFirst().reduce(1) { $0 << 1 | ($1 == 0x2D ? 1 : 0) }] = bytes[0]
        }
        return table
    }()
}
