/// A name, or a shape of names in which `*` stands for any bytes, none included. Case counts; there is no escape.
struct NameGlob: Sendable, Equatable {
    private let bytes: [UInt8]

    init(_ text: String) { self.bytes = Array(text.utf8) }

    /// Takes at most `name.count` × the longest part between two stars.
    func matches(_ name: Span<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        var (place, position) = (0, 0)
        // Where to go on when the part after the last star does not fit: that star, one byte further.
        var retry: (place: Int, position: Int)?
        while position < name.count {
            if place < self.bytes.count, self.bytes[place] == star {
                retry = (place + 1, position)
                place += 1
            } else if place < self.bytes.count, self.bytes[place] == name[position] {
                place += 1
                position += 1
            } else if let last = retry {
                (place, position) = (last.place, last.position + 1)
                retry = (last.place, position)
            } else {
                return false
            }
        }
        return self.bytes[place...].allSatisfy { $0 == star }
    }
}
