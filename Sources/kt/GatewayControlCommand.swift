internal import ArgumentParser
internal import Platform

/// Which running gateway is meant.
struct ControlArguments: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("State of the gateway. (env: RUNTIME_DIRECTORY, STATE_DIRECTORY; default: the gateway of the service, else of /var/lib/keeptrusts, else of ~/.local/state/keeptrusts)", valueName: "dir"))
    var stateDir: String?

    /// Asks, and ends the command with exit code 1 when no gateway answers. Progress goes to a terminal only.
    func ask(_ command: String) throws -> ControlAnswer {
        let places = ControlPlaces.all(stateDirectory: self.stateDir)
        do throws(ControlTrouble) {
            return try ControlQuestion(places).ask(command) { line in
                if ThisProcess.isTerminal(2) { Terminal.write("\(line)\n", to: .error) }
            }
        } catch {
            Terminal.write("kt: \(error)\n", to: .error)
            throw ExitCode.notSo
        }
    }

    /// For commands that end with a message: printed, and the exit code is the gateway's.
    func run(_ command: String) throws {
        guard case .end(let exit, let message) = try self.ask(command) else {
            Terminal.write("kt: the gateway gave an answer of another version\n", to: .error)
            throw ExitCode.notSo
        }
        if !message.isEmpty { Terminal.write(message.hasSuffix("\n") ? message : message + "\n", to: exit == 0 ? .output : .error) }
        if exit != 0 { throw ExitCode(exit) }
    }
}

struct GatewayStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the running gateway does: workers, targets, reloads.",
        discussion: """
            EXAMPLE
              kt gateway status
              kt gateway status --json | jq '.workers[].state'
            """)

    @OptionGroup var arguments: ControlArguments
    @Flag(name: .long, help: "One JSON object; its fields are stable.") var json = false

    func run() throws {
        switch try self.arguments.ask("status") {
        case .object(let object):
            if self.json {
                Terminal.write(object + [UInt8(ascii: "\n")])
                return
            }
            Terminal.write(StatusScreen(object, hasColours: ThisProcess.isTerminal(1)).text)
        case .end(let exit, let message):
            Terminal.write("kt: \(message)\n", to: .error)
            throw ExitCode(exit == 0 ? 1 : exit)
        }
    }
}

struct GatewayReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Put the changed configuration in force, without losing a request.",
        discussion: """
            Waits until new workers serve. When the configuration is wrong, or they cannot start, the old one stays in force, the reason is printed and the
            exit code is 1.

            EXAMPLE
              kt policy lint --file policy-config.yaml && kt gateway reload
            """)

    @OptionGroup var arguments: ControlArguments

    func run() throws { try self.arguments.run("reload") }
}

struct GatewayUpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Go on with the programs that are installed now, without losing a request.",
        discussion: """
            Waits until workers of the new version serve. When it cannot start, the old one goes on, the reason is printed and the exit code is 1.

            EXAMPLE
              kt gateway upgrade
            """)

    @OptionGroup var arguments: ControlArguments

    func run() throws { try self.arguments.run("upgrade") }
}

struct GatewayDrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Ask clients to go elsewhere, and wait until nothing is in flight.",
        discussion: """
            /readyz answers 503 and answers close their connections; who still asks is still served. `kt gateway reload` ends it.

            EXAMPLE
              kt gateway drain && kt gateway stop
            """)

    @OptionGroup var arguments: ControlArguments

    func run() throws { try self.arguments.run("drain") }
}

struct GatewayStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the gateway: finish what is open, then end.",
        discussion: """
            As SIGTERM: open requests have gateway.drain_seconds to finish. Waits for the end.

            EXAMPLE
              kt gateway stop --state-dir /var/lib/keeptrusts
            """)

    @OptionGroup var arguments: ControlArguments

    func run() throws { try self.arguments.run("stop") }
}
