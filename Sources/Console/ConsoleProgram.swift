internal import Glibc
internal import IPC
internal import Platform
internal import Server

/// The program `kt-console`: one loop that serves the admin listener for as long as its supervisor lives.
public enum ConsoleProgram {
    /// Where the supervisor's socket is.
    static let descriptorNumber: CInt = 3

    /// Serves; returns the exit status: 0 when the supervisor is gone.
    public static func run() -> Int32 {
        ThisProcess.setName("kt-console")
        ThisProcess.ignore(signal: SIGPIPE)
        do throws(SystemCallError) {
            let loop = try EventLoop()
            let link = SupervisorLink(loop: loop, descriptor: OwnedDescriptor(adopting: Self.descriptorNumber))
            var console: HTTPServer?
            link.onLost = { loop.stop() }
            link.onAssigned = { assign, listeners in
                let server = Self.server(loop, link, stateDirectory: assign.stateDirectory)
                while let listener = listeners.take() {
                    do throws(SystemCallError) { try server.listen(on: listener) } catch { Self.complain("cannot listen: \(error)") }
                }
                console = server
            }
            try link.start()
            loop.run()
            withExtendedLifetime(console) {}
            return 0
        } catch {
            Self.complain("\(error)")
            return 1
        }
    }

    private static func server(_ loop: EventLoop, _ link: SupervisorLink, stateDirectory: String) -> HTTPServer {
        let token = AdminToken.read(stateDirectory: stateDirectory)
        if token == nil { Self.complain("the admin token cannot be read: only metrics and health are served") }
        let handler = ConsoleHandler(source: link, token: token, stateDirectory: stateDirectory)
        return HTTPServer(loop: loop, limits: Self.limits, tls: nil, handler: handler)
    }

    /// Nobody sends a body here, and few people ask.
    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.bodyBytesMax = 64 * 1024
        limits.connectionsMax = 256
        limits.connectionsPerAddressMax = 256
        return limits
    }

    private static func complain(_ text: String) { try? Files.write(Array("kt-console: \(text)\n".utf8), to: 2) }
}
