/// Finds what the pattern engine will never take, without the engine: constructs that linear time cannot have, and brackets that do not close.
/// What it lets pass may still be refused by the engine itself (`ConfigChecks.pattern`).
enum PatternSyntax {
    struct Fault: Equatable {
        /// In characters (Unicode scalars) from the start of the expression.
        var offset: Int
        var message: String
        var help: String?
    }

    static func fault(in expression: String) -> Fault? {
        let text = Array(expression.unicodeScalars)
        var index = 0
        var open: [Int] = []
        var canRepeat = false
        func starts(_ prefix: String) -> Bool { text[index...].starts(with: prefix.unicodeScalars) }
        while index < text.count {
            switch text[index] {
            case "\\":
                guard index + 1 < text.count else { return Fault(offset: index, message: "ends in a single backslash", help: "write \\\\ for a backslash") }
                let next = text[index + 1]
                if ("1"..."9").contains(next) || next == "g" || next == "k" {
                    return Fault(offset: index, message: "back-references are not supported", help: "write out what may repeat")
                }
                if "KGCXRZ".unicodeScalars.contains(next) { return Fault(offset: index, message: "\\\(next) is not supported", help: nil) }
                if next == "Q" {
                    // Literal up to \E.
                    var end = index + 2
                    while end < text.count, !(text[end] == "\\" && end + 1 < text.count && text[end + 1] == "E") { end += 1 }
                    index = min(text.count, end + 2)
                    canRepeat = true
                    continue
                }
                index += 2
                canRepeat = true
            case "[":
                let start = index
                guard let end = self.classEnd(text, index) else { return Fault(offset: start, message: "\"[\" is never closed", help: "write \\[ for the character") }
                index = end
                canRepeat = true
            case "(":
                for (construct, name) in self.refusedGroups where starts(construct) {
                    return Fault(offset: index, message: "\(name) not supported", help: "match the surrounding text as well, or drop the condition")
                }
                open.append(index)
                index += 1
                if index < text.count, text[index] == "?" {
                    // (?:, (?i), (?i:, (?<name>, (?P<name>, (?#comment)
                    index += 1
                    while index < text.count, ![")", ":", ">", "("].contains(text[index]) { index += 1 }
                    if index < text.count, text[index] != ")" { index += 1 }
                }
                canRepeat = false
            case ")":
                guard open.popLast() != nil else { return Fault(offset: index, message: "\")\" closes nothing", help: "write \\) for the character") }
                index += 1
                canRepeat = true
            case "*", "+", "?", "{":
                let length = text[index] == "{" ? self.repetitionLength(text, index) : 1
                guard length > 0 else {
                    // A brace that is no repetition stands for itself.
                    index += 1
                    canRepeat = true
                    continue
                }
                guard canRepeat else { return Fault(offset: index, message: "\"\(text[index])\" repeats nothing", help: "write \\\(text[index]) for the character") }
                index += length
                if index < text.count, text[index] == "+" {
                    return Fault(offset: index, message: "possessive repetition is not supported", help: "remove the second +")
                }
                if index < text.count, text[index] == "?" { index += 1 }
                canRepeat = false
            case "|":
                index += 1
                canRepeat = false
            case "^":
                index += 1
                canRepeat = false
            default:
                index += 1
                canRepeat = true
            }
        }
        if let start = open.last { return Fault(offset: start, message: "\"(\" is never closed", help: "write \\( for the character") }
        return nil
    }

    private static let refusedGroups: [(String, String)] = [
        ("(?=", "look-ahead is"), ("(?!", "look-ahead is"), ("(?<=", "look-behind is"), ("(?<!", "look-behind is"), ("(?>", "atomic groups are"),
        ("(?P=", "back-references are"), ("(?P>", "recursion is"), ("(?R", "recursion is"), ("(?&", "recursion is"), ("(?0", "recursion is"),
        ("(?1", "recursion is"), ("(?(", "conditions are"), ("(?|", "branch reset is"), ("(*", "verbs are"),
    ]

    /// Behind the closing bracket of the class that begins at `start`.
    private static func classEnd(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        var index = start + 1
        if index < text.count, text[index] == "^" { index += 1 }
        // A bracket that comes first stands for itself.
        if index < text.count, text[index] == "]" { index += 1 }
        while index < text.count {
            switch text[index] {
            case "\\": index += 2
            case "[" where index + 1 < text.count && text[index + 1] == ":":
                var end = index + 2
                while end + 1 < text.count, !(text[end] == ":" && text[end + 1] == "]") { end += 1 }
                index = end + 1 < text.count ? end + 2 : index + 1
            case "]": return index + 1
            default: index += 1
            }
        }
        return nil
    }

    /// Of `{n}`, `{n,}` or `{n,m}`; 0 when it is none.
    private static func repetitionLength(_ text: [Unicode.Scalar], _ start: Int) -> Int {
        var index = start + 1
        var digits = 0
        var commas = 0
        while index < text.count, text[index] != "}" {
            if ("0"..."9").contains(text[index]) {
                digits += 1
            } else if text[index] == ",", digits > 0, commas == 0 {
                commas += 1
            } else {
                return 0
            }
            index += 1
        }
        return index < text.count && digits > 0 ? index - start + 1 : 0
    }
}
