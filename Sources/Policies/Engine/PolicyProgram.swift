internal import Patterns
public import Settings

/// Why a chain cannot be compiled.
public struct PolicyCompileError: Error, Sendable, Equatable, CustomStringConvertible {
    public var kind: PolicyKind?
    /// The user's own expression, where one is to blame.
    public var expression: String?
    public var message: String
    public var description: String { (self.kind.map { "\($0.rawValue): " } ?? "") + self.message }
}

/// A compiled chain: what `kt-compile` makes and workers load.
public struct PolicyProgram: Sendable {
    public let settings: PolicySettings
    let content: PolicyContent
    let input: PhaseProgram
    let output: PhaseProgram
    let inputSet: PatternSet
    let outputSet: PatternSet

    /// Longest text in bytes that a stream can hold back while it may still become a match; escapes in tool-call arguments count once.
    public var outputHoldBackMax: Int { self.output.patterns.isEmpty ? 0 : self.outputSet.widthMax + Self.lookAhead }
    /// `outputHoldBackMax` of settings that are not compiled.
    public static func outputHoldBackMax(_ settings: PolicySettings, content: PolicyContent = PolicyContent()) throws(PolicyCompileError) -> Int {
        let output = PhaseProgram(.output, settings, content)
        if output.patterns.isEmpty { return 0 }
        do {
            return try PatternSet.widthMax(of: output.patterns) + self.lookAhead
        } catch {
            throw self.failure(error, output)
        }
    }
    /// Longest match that a policy looks for in requests.
    public var inputWidthMax: Int { self.inputSet.widthMax }
    /// The rest of a UTF-8 sequence.
    private static let lookAhead = 3

    public static func compile(
        _ settings: PolicySettings, content: PolicyContent = PolicyContent()
    ) throws(PolicyCompileError) -> PolicyProgram {
        let input = PhaseProgram(.input, settings, content)
        let output = PhaseProgram(.output, settings, content)
        if let fault = input.fault ?? output.fault { throw fault }
        return PolicyProgram(
            settings: settings, content: content, input: input, output: output, inputSet: try self.compile(input),
            outputSet: try self.compile(output))
    }

    private static func compile(_ phase: PhaseProgram) throws(PolicyCompileError) -> PatternSet {
        do {
            return try PatternSet.compile(phase.patterns)
        } catch {
            throw self.failure(error, phase)
        }
    }

    private static func failure(_ error: PatternError, _ phase: PhaseProgram) -> PolicyCompileError {
        let kind = error.pattern.map { phase.policies[phase.uses[$0].policy].kind }
        return PolicyCompileError(kind: kind, expression: error.pattern == nil ? nil : error.expression, message: error.description)
    }

    /// The bytes that workers map read-only: a page of header, then one engine database per phase, each on a page boundary.
    public var image: [UInt8] {
        var image = [UInt8](repeating: 0, count: PolicyImage.pageSize)
        var fields: [UInt64] = [PolicyImage.magic]
        for (set, phase) in [(self.inputSet, self.input), (self.outputSet, self.output)] {
            fields += [UInt64(image.count), UInt64(set.image.count), phase.fingerprint]
            image += set.image
            image += [UInt8](repeating: 0, count: (PolicyImage.pageSize - image.count % PolicyImage.pageSize) % PolicyImage.pageSize)
        }
        for (index, field) in fields.enumerated() {
            for byte in 0..<8 { image[8 * index + byte] = UInt8(truncatingIfNeeded: field >> UInt64(8 * byte)) }
        }
        return image
    }
}

/// The image as a worker finds it in memory.
@safe struct PolicyImage {
    static let pageSize = 4096
    /// "ktpols" and the version of this layout.
    static let magic: UInt64 = 0x0001_736C_6F70_746B

    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(PolicyCompileError) {
        unsafe self.bytes = bytes
        guard bytes.count >= Self.pageSize, self.field(0) == Self.magic else {
            throw PolicyCompileError(message: "the policy image is not one that this program understands")
        }
    }

    private func field(_ index: Int) -> UInt64 {
        (0..<8).reduce(into: UInt64(0)) { $0 |= UInt64(unsafe self.bytes[8 * index + $1]) << UInt64(8 * $1) }
    }

    /// `number` 0 for the input phase, 1 for the output phase.
    func scanner(_ number: Int, for phase: PhaseProgram) throws(PolicyCompileError) -> PatternScanner {
        let offset = Int(truncatingIfNeeded: self.field(1 + 3 * number))
        let count = Int(truncatingIfNeeded: self.field(2 + 3 * number))
        let size = unsafe self.bytes.count
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset,
            self.field(3 + 3 * number) == phase.fingerprint
        else { throw PolicyCompileError(message: "the policy image belongs to other settings") }
        do {
            return try unsafe PatternScanner(
                patterns: phase.patterns, database: UnsafeRawBufferPointer(rebasing: self.bytes[offset..<(offset + count)]))
        } catch {
            throw PolicyCompileError(message: error.description)
        }
    }
}
