/// Base letters of accented Latin, taken from the decompositions of Unicode 15 and, where there is none (`ø`, `ł`, `đ`),
/// from the letter's shape. Ligatures give their first letter.
enum LatinBase {
    /// The ASCII letter below the accents of U+00C0...U+024F and U+1E00...U+1EFF; 0 for anything else.
    static func base(of scalar: UInt32) -> UInt8 {
        let byte: UInt8
        switch scalar {
        case 0xC0..<0x250: byte = self.latin[Int(scalar) - 0xC0]
        case 0x1E00..<0x1F00: byte = self.additional[Int(scalar) - 0x1E00]
        default: return 0
        }
        return byte == 0x2E ? 0 : byte
    }

    private static let latin: [UInt8] = Array(
        ("AAAAAAACEEEEIIIIDNOOOOO.OUUUUYPsaaaaaaaceeeeiiiidnooooo.ouuuuypyAaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGg"
        + "HhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzsbB.....C"
        + "cDD....E.FfG...IKkl..NnOOo..Pp.....tTtTUu.VYyZz.............DDdLLlNNnAaIiOoUuUuUuUuUueAaAa..GgGgKkOo"
        + "Oo..jDDdGg..NnAa....AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh.d....AaEeOoOoOoOoYylntj..ACcLTsz..BU.EeJjQqRrYy")
        .utf8)

    private static let additional: [UInt8] = Array(
        ("AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSs"
        + "SsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyas....AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEe"
        + "IiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......")
        .utf8)
}
