/// The words and pairs of neighbouring words of a text, hashed into buckets.
///
/// A word is a run of ASCII letters in lower case and of bytes beyond ASCII; digits are one word `0`, however many. Of each its first
/// `wordBytesMax` bytes count. A pair is both words with a space between. The bucket is the top bits of the FNV-1a value times 2^64 / φ.
/// tools/injection-model gets buckets from here, so nothing else has to agree.
enum WordGrams {
    static let bits = 15
    static let bucketCount = 1 << bits
    static let wordBytesMax = 24

    /// Calls `body` once for each bucket in use, in the order of the text, and returns their number.
    static func forEachBucket(of text: Span<UInt8>, _ body: (_ bucket: Int) -> Void) -> Int {
        var seen = [UInt64](repeating: 0, count: self.bucketCount / 64)
        var count = 0
        func use(_ hash: StableHash) {
            let bucket = Int(truncatingIfNeeded: (hash.value &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - self.bits))
            if seen[bucket / 64] & 1 << UInt64(bucket % 64) != 0 { return }
            seen[bucket / 64] |= 1 << UInt64(bucket % 64)
            count += 1
            body(bucket)
        }
        var last: StableHash?
        var index = 0
        while index < text.count {
            let start = index
            let isNumber = Byte.isDigit(text[index])
            var word = StableHash()
            var pair = last ?? StableHash()
            pair.add(0x20)
            while index < text.count, isNumber ? Byte.isDigit(text[index]) : Byte.isLetter(text[index]) || text[index] >= 0x80 {
                if index - start < (isNumber ? 1 : self.wordBytesMax) {
                    let byte = isNumber ? 0x30 : Byte.lowercased(text[index])
                    word.add(byte)
                    pair.add(byte)
                }
                index += 1
            }
            if index == start {
                index += 1
                continue
            }
            use(word)
            if last != nil { use(pair) }
            last = word
        }
        return count
    }
}
