internal import Config
internal import Exchange
internal import Glibc
internal import Platform

/// Where a gateway's control socket may be.
enum ControlPlaces {
    private static let fileName = "control.sock"

    /// In the order in which they are tried. A named state directory means that gateway and no other.
    static func all(stateDirectory: String?) -> [String] {
        if let stateDirectory { return Self.places(ofStateDirectory: stateDirectory) }
        let environment = ConfigFile.environment()
        func first(_ name: String) -> String? { environment[name]?.split(separator: ":").first.map(String.init) }
        if let runtime = first("RUNTIME_DIRECTORY") { return ["\(runtime)/\(Self.fileName)"] }
        if let state = first("STATE_DIRECTORY") { return Self.places(ofStateDirectory: state) }
        let own = environment["HOME"].map { Self.places(ofStateDirectory: "\($0)/.local/state/keeptrusts") } ?? []
        return ["/run/keeptrusts/\(Self.fileName)"] + Self.places(ofStateDirectory: "/var/lib/keeptrusts") + own
    }

    /// A gateway with a runtime directory says in its state file where it listens.
    private static func places(ofStateDirectory directory: String) -> [String] {
        guard let state = try? ConfigFile.read("\(directory)/gateway.json", bytesMax: 1 << 20),
            let range = JSONDocument.value(at: ["control_socket"], in: state.span),
            let path = JSONDocument.text(state.span.extracting(range)), !path.isEmpty
        else { return ["\(directory)/\(Self.fileName)"] }
        return [path]
    }
}

/// Why there is no answer, for people.
struct ControlTrouble: Error, CustomStringConvertible {
    let description: String
}

enum ControlAnswer {
    case end(exit: Int32, message: String)
    /// The answer to `status`, JSON.
    case object([UInt8])

    /// nil: a line of progress, or of a kind that this version does not know.
    init?(_ line: [UInt8]) {
        guard let members = JSONDocument.members(of: line.span) else { return nil }
        if members.contains(where: { $0.key == "pid" }) {
            self = .object(line)
            return
        }
        guard let exit = members.first(where: { $0.key == "exit" }), let number = Int32(String(decoding: line[exit.value], as: UTF8.self)) else {
            return nil
        }
        let message = members.first { $0.key == "message" }.flatMap { JSONDocument.text(line.span.extracting($0.value)) }
        self = .end(exit: number, message: message ?? "")
    }
}

/// One question to a running gateway.
struct ControlQuestion {
    let places: [String]

    init(_ places: [String]) { self.places = places }

    /// A connection that ends without a word is made anew, once: a gateway that is exchanged for its next version meanwhile lets go of
    /// those whose command it has not read.
    func ask(_ command: String, progress: (String) -> Void) throws(ControlTrouble) -> ControlAnswer {
        if let answer = try self.attempt(command, progress) { return answer }
        if let answer = try self.attempt(command, progress) { return answer }
        throw ControlTrouble(description: "the gateway has ended before it answered")
    }

    /// nil: the connection ended without any line.
    private func attempt(_ command: String, _ progress: (String) -> Void) throws(ControlTrouble) -> ControlAnswer? {
        let connection = try self.connect()
        var hasHeard = false
        do throws(SystemCallError) {
            do throws(SystemCallError) { try connection.send(command) } catch {
                guard error.errno == EPIPE || error.errno == ECONNRESET else { throw error }
                return nil
            }
            while let line = try connection.nextLine() {
                hasHeard = true
                if let answer = ControlAnswer(line) { return answer }
                guard let range = JSONDocument.value(at: ["progress"], in: line.span),
                    let words = JSONDocument.text(line.span.extracting(range))
                else { continue }
                progress(words)
            }
        } catch {
            throw ControlTrouble(description: "the gateway does not answer: \(error)")
        }
        guard hasHeard else { return nil }
        throw ControlTrouble(description: "the gateway has ended before it answered")
    }

    private func connect() throws(ControlTrouble) -> ControlConnection {
        var reasons: [String] = []
        for path in self.places {
            do throws(SystemCallError) {
                return try ControlConnection(path: path)
            } catch {
                switch error.errno {
                case ENOENT, ENOTDIR: reasons.append("\(path) does not exist")
                case ECONNREFUSED: reasons.append("nobody listens on \(path)")
                case EACCES, EPERM:
                    throw ControlTrouble(description: "no permission to ask the gateway at \(path); its own user, its group and root may")
                case EAGAIN: throw ControlTrouble(description: "the gateway at \(path) is too busy to answer")
                case EINVAL: throw ControlTrouble(description: "the path of a socket has at most 107 bytes: \(path)")
                default: reasons.append("\(path): \(error)")
                }
            }
        }
        throw ControlTrouble(description: "no gateway runs (\(reasons.joined(separator: "; ")))")
    }
}
