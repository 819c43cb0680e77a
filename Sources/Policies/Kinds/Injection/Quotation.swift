/// Whether something in a folded text is quoted: between two marks of the same sort in its line, which says more than that.
enum Quotation {
    /// As far as a mark is looked for.
    private static let bytesMax = 240

    static func holds(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
        guard range.upperBound <= text.count else { return false }
        return self.holds(range, 0x22, text) || self.holds(range, 0x60, text)
    }

    private static func holds(_ range: Range<Int>, _ mark: UInt8, _ text: Span<UInt8>) -> Bool {
        var (opening, count, place) = (0, 0, range.lowerBound)
        while place > 0, range.lowerBound - place < self.bytesMax, text[place - 1] != 0x0A {
            place -= 1
            guard text[place] == mark else { continue }
            if count == 0 { opening = place }
            count += 1
        }
        guard count % 2 == 1 else { return false }
        var closing = range.upperBound
        while closing < text.count, closing - range.upperBound < self.bytesMax, text[closing] != 0x0A {
            // A text that is quoted as a whole says nothing but the quotation.
            if text[closing] == mark { return opening > 2 || closing < text.count - 3 }
            closing += 1
        }
        return false
    }
}
