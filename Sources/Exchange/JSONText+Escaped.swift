extension JSONText {
    /// `text` as it must stand between the quotes of a JSON string.
    public static func escaped(_ text: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        Self.appendEscaped(text, to: &output)
        return output
    }
}
