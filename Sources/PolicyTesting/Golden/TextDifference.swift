/// Two texts, line by line, as a diff shows them.
public enum TextDifference {
    public enum Line: Sendable, Equatable {
        case same(String)
        /// Expected, and not there.
        case missing(String)
        /// There, and not expected.
        case extra(String)
    }

    private static let linesMax = 400

    public static func lines(expected: String, actual: String) -> [Line] {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        let right = actual.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard left.count <= Self.linesMax, right.count <= Self.linesMax else { return left.map { .missing($0) } + right.map { .extra($0) } }
        // The longest common subsequence of the rest from each pair of lines on.
        var longest = [[Int]](repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
        for row in left.indices.reversed() {
            for column in right.indices.reversed() {
                longest[row][column] =
                    left[row] == right[column] ? longest[row + 1][column + 1] + 1 : max(longest[row + 1][column], longest[row][column + 1])
            }
        }
        var lines: [Line] = []
        var (row, column) = (0, 0)
        while row < left.count, column < right.count {
            if left[row] == right[column] {
                lines.append(.same(left[row]))
                row += 1
                column += 1
            } else if longest[row + 1][column] >= longest[row][column + 1] {
                lines.append(.missing(left[row]))
                row += 1
            } else {
                lines.append(.extra(right[column]))
                column += 1
            }
        }
        return lines + left[row...].map { .missing($0) } + right[column...].map { .extra($0) }
    }
}
