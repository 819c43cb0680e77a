import Testing

@testable import Supervisor

@Suite("Supervisor options")
struct SupervisorOptionsTests {
    private func parse(_ arguments: [String], _ environment: [String: String] = [:]) throws(UsageError) -> SupervisorOptions {
        try SupervisorOptions(arguments, environment: { environment[$0] }, defaultStateDirectory: { "/default" })
    }

    @Test func `configuration options go on to the compiler in order`() throws {
        let options = try self.parse([
            "--listen", "127.0.0.1:0", "--policy-config=a.yaml", "--libexec", "/x", "--policy-config", "b=c.yaml", "--state-dir", "/s",
            "--workers", "2", "--fail-mode", "allow", "--max-concurrency", "9", "--admin-listen", "[::1]:5", "--api-token", "secret",
        ])
        #expect(
            options.configurationArguments == [
                "--listen", "127.0.0.1:0", "--policy-config", "a.yaml", "--policy-config", "b=c.yaml", "--workers", "2", "--fail-mode",
                "allow", "--max-concurrency", "9", "--admin-listen", "[::1]:5", "--state-dir", "/s",
            ])
        #expect(options.programDirectory == "/x")
        #expect(options.apiToken == "secret")
    }

    @Test func `the state directory is named by option, service manager or default, in this order`() throws {
        let environment = ["STATE_DIRECTORY": "/var/lib/keeptrusts:/other"]
        #expect(try self.parse(["--state-dir", "/s"], environment).stateDirectory == "/s")
        #expect(try self.parse([], environment).stateDirectory == "/var/lib/keeptrusts")
        #expect(try self.parse([], ["STATE_DIRECTORY": ""]).stateDirectory == "/default")
        #expect(try self.parse([]).stateDirectory == "/default")
    }

    @Test(
        arguments: [
            ["--listen"], ["--listen", "nowhere"], ["--workers", "0"], ["--workers", "many"], ["--workers", "513"],
            ["--fail-mode", "open"], ["--max-concurrency", "0"], ["--admin-listen", "5"], ["--verbose", "x"], ["extra"], ["-h"],
        ])
    func `what is not understood is an error`(arguments: [String]) {
        #expect(throws: UsageError.self) { try self.parse(arguments) }
    }

    @Test func `an unknown option is named, with or without a value`() {
        for arguments in [["--nope"], ["--nope=1"], ["--nope", "1"]] {
            #expect(throws: UsageError(message: "unknown option --nope")) { try self.parse(arguments) }
        }
    }

    @Test func `children cannot speak for the service and know the token by environment`() {
        let own = ["PATH=/bin", "NOTIFY_SOCKET=/n", "WATCHDOG_USEC=1", "WATCHDOG_PID=2", "LISTEN_FDS=1", "KEEPTRUSTS_GATEWAY_TOKEN=old"]
        #expect(ChildEnvironment.lines(own) == ["PATH=/bin", "KEEPTRUSTS_GATEWAY_TOKEN=old", ChildEnvironment.backtrace])
        #expect(
            ChildEnvironment.lines(own + ["SWIFT_BACKTRACE=x"], apiToken: "new") == [
                "PATH=/bin", "SWIFT_BACKTRACE=x", "KEEPTRUSTS_GATEWAY_TOKEN=new",
            ])
    }
}
