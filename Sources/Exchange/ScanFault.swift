/// Why a scan stopped. Small and trivial, because every function of the scanner may return it.
struct ScanFault: Error, Equatable {
    enum Kind: UInt8 {
        case unexpectedEnd, valueExpected, keyExpected, colonExpected, commaOrBraceExpected, commaOrBracketExpected
        case rawControl, invalidEscape, invalidUTF8, invalidNumber, tooDeep, trailingBytes
        case duplicateKey, foldedKey
        /// Valid JSON of the wrong shape; the reader knows the place and what was expected.
        case wrongShape
    }

    let kind: Kind
    /// Of the document, in bytes.
    let offset: Int

    /// What is wrong, in words that hold nothing of the document.
    var words: StaticString {
        switch self.kind {
        case .unexpectedEnd: "the body ends too early"
        case .valueExpected: "a value was expected"
        case .keyExpected: "a key in double quotes was expected"
        case .colonExpected: "a colon was expected"
        case .commaOrBraceExpected: "a comma or a closing brace was expected"
        case .commaOrBracketExpected: "a comma or a closing bracket was expected"
        case .rawControl: "a control character in a string must be escaped"
        case .invalidEscape: "invalid escape in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .invalidNumber: "invalid number"
        case .tooDeep: "nested more than 128 levels deep"
        case .trailingBytes: "nothing but white space may follow the body's object"
        case .duplicateKey: "a key stands twice in the same object"
        case .foldedKey: "a key differs only in letter case from one that the API knows"
        case .wrongShape: "a value has the wrong type"
        }
    }
}
