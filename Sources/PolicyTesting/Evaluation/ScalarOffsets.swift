/// Offsets in bytes of UTF-8 and in Unicode scalars.
enum ScalarOffsets {
    /// Ranges in bytes, which begin and end between scalars, as ranges in scalars.
    static func scalars(_ ranges: [Range<Int>], in text: [UInt8]) -> [Range<Int>] {
        guard !ranges.isEmpty else { return [] }
        let places = Set(ranges.flatMap { [$0.lowerBound, $0.upperBound] }).sorted()
        var known: [Int: Int] = [:]
        var scalar = 0
        var byte = 0
        for place in places {
            while byte < place, byte < text.count {
                if text[byte] & 0xC0 != 0x80 { scalar += 1 }
                byte += 1
            }
            known[place] = scalar
        }
        return ranges.map { (known[$0.lowerBound] ?? 0)..<(known[$0.upperBound] ?? 0) }
    }

    /// A range in scalars as a range in bytes.
    static func bytes(_ range: Range<Int>, in text: [UInt8]) -> Range<Int> {
        self.byte(range.lowerBound, in: text)..<self.byte(range.upperBound, in: text)
    }

    /// Where the scalar of a number starts; the end for every number beyond.
    static func byte(_ scalar: Int, in text: [UInt8]) -> Int {
        var seen = 0
        for index in text.indices where text[index] & 0xC0 != 0x80 {
            if seen == scalar { return index }
            seen += 1
        }
        return text.count
    }
}
