internal import Platform

/// Why a memory file is no program of ours.
public enum SealedProgramError: Error, Equatable, Sendable {
    /// Not sealed, empty or not mappable.
    case notSealed(String)
    case notOurs
    case version(UInt32)
    case malformed
    case hashMismatch
    case notWritten(String)
}

/// One compiled configuration in sealed memory: written by `kt-compile`, read by the supervisor and mapped by every worker.
///
///     magic 8 | version u32 | page u32 | length u64 | sections: offset u64, length u64 each | hash 64
///
/// The sections follow in the order plan, settings, display, TLS, image; the policy image starts on a page boundary and reaches to the end.
/// TLS holds a private key: a program is for the supervisor and its workers, never for the console.
@safe public final class SealedProgram {
    static let magic: [UInt8] = [0x4B, 0x54, 0x50, 0x52, 0x4F, 0x47, 0x0D, 0x0A]  // "KTPROG\r\n"
    static let version: UInt32 = 2
    static let headByteCount = 168
    static let page = 4096
    /// Digits of a SHA-256.
    public static let hashDigits = 64

    public let plan: SupervisorPlan
    /// SHA-256 of the configuration, 64 hexadecimal digits.
    public let hash: String
    private let memory: SealedMemory
    private let settingsRange: Range<Int>
    private let displayRange: Range<Int>
    private let tlsRange: Range<Int>
    private let imageRange: Range<Int>

    /// Verifies seals, magic, version and every length. The descriptor may be closed afterwards.
    public init(_ descriptor: CInt) throws(SealedProgramError) {
        let memory: SealedMemory
        do throws(SystemCallError) {
            memory = try SealedMemory(descriptor)
        } catch {
            throw .notSealed(error.description)
        }
        self.memory = memory
        guard memory.count >= Self.headByteCount else { throw .notOurs }
        let head = memory.copy(0..<Self.headByteCount)
        guard head.starts(with: Self.magic) else { throw .notOurs }
        do {
            var reader = ByteReader(head[8...])
            let version = try reader.take(UInt32.self)
            guard version == Self.version else { throw SealedProgramError.version(version) }
            guard try reader.take(UInt32.self) == UInt32(Self.page), try reader.take(UInt64.self) == UInt64(memory.count) else {
                throw SealedProgramError.malformed
            }
            func section() throws(MalformedBytes) -> Range<Int> {
                let (offset, length) = (try reader.take(UInt64.self), try reader.take(UInt64.self))
                guard offset >= UInt64(Self.headByteCount), offset <= UInt64(memory.count), length <= UInt64(memory.count) - offset
                else { throw MalformedBytes() }
                return Int(offset)..<Int(offset + length)
            }
            let planRange = try section()
            self.settingsRange = try section()
            self.displayRange = try section()
            self.tlsRange = try section()
            self.imageRange = try section()
            guard self.imageRange.lowerBound % Self.page == 0 else { throw MalformedBytes() }
            let digits = head[(Self.headByteCount - Self.hashDigits)...]
            guard digits.allSatisfy(Self.isDigit) else { throw MalformedBytes() }
            self.hash = String(decoding: digits, as: UTF8.self)
            self.plan = try SupervisorPlan.decode(memory.copy(planRange))
        } catch let error as SealedProgramError {
            throw error
        } catch {
            throw .malformed
        }
    }

    /// Bytes of the settings, for `SettingsCoder.decode`.
    public var settingsBytes: [UInt8] { self.memory.copy(self.settingsRange) }

    /// The effective configuration as one JSON object without secrets, as `kt config show --json` prints it.
    public var displayBytes: [UInt8] { self.memory.copy(self.displayRange) }

    /// What the certificate files held when they were checked, for `TLSFiles.decode`; empty without TLS.
    public var tlsBytes: [UInt8] { self.memory.copy(self.tlsRange) }

    /// Both make the same gateway: the same configuration, and the same files read for it, which the hash does not cover.
    public func isEquivalent(to other: SealedProgram) -> Bool {
        self.hash == other.hash && self.settingsBytes == other.settingsBytes && self.tlsBytes == other.tlsBytes
    }

    /// The policy image, from a page boundary, read-only; valid as long as this object.
    public var image: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: self.memory.bytes[self.imageRange]) }

    /// Writes a program into an empty memory file and seals it. `hash` is the SHA-256 of the configuration in lower-case digits.
    public static func write(
        plan: SupervisorPlan, settingsBytes: [UInt8], displayBytes: [UInt8] = [], tlsBytes: [UInt8] = [], image: [UInt8], hash: String,
        to descriptor: CInt
    ) throws(SealedProgramError) {
        do throws(SystemCallError) {
            try MemoryFile.write(
                Self.encode(
                    plan: plan, settingsBytes: settingsBytes, displayBytes: displayBytes, tlsBytes: tlsBytes, image: image, hash: hash),
                to: descriptor)
            try MemoryFile.seal(descriptor)
        } catch {
            throw .notWritten(error.description)
        }
    }

    static func encode(
        plan: SupervisorPlan, settingsBytes: [UInt8], displayBytes: [UInt8] = [], tlsBytes: [UInt8] = [], image: [UInt8], hash: String
    ) -> [UInt8] {
        precondition(hash.utf8.count == Self.hashDigits && hash.utf8.allSatisfy(Self.isDigit), "a hash is 64 lower-case digits")
        var sections: [(offset: Int, content: [UInt8])] = []
        var end = Self.headByteCount
        for content in [plan.encode(), settingsBytes, displayBytes, tlsBytes] {
            sections.append((end, content))
            end += content.count
        }
        sections.append(((end + Self.page - 1) / Self.page * Self.page, image))
        var writer = ByteWriter()
        writer.put(raw: Self.magic)
        writer.put(Self.version)
        writer.put(UInt32(Self.page))
        writer.put(UInt64(sections[sections.count - 1].offset + image.count))
        for section in sections {
            writer.put(UInt64(section.offset))
            writer.put(UInt64(section.content.count))
        }
        writer.put(raw: Array(hash.utf8))
        for section in sections {
            writer.pad(to: section.offset)
            writer.put(raw: section.content)
        }
        return writer.bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
}
