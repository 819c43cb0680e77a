internal import Platform
internal import Settings

/// Connects to every address of our own each 5 s and looks a second later whether the connection stands.
final class AddressProbe {
    private final class Attempt {
        let socket: OwnedDescriptor
        init(_ socket: consuming OwnedDescriptor) { self.socket = socket }
    }

    private static let patience = Duration.seconds(1)
    private static let pause = Duration.seconds(4)

    /// The last look; true before the first.
    private(set) var allAnswer = true
    private(set) var nextWake = Instant(nanoseconds: 0)
    private var attempts: [Attempt]?
    private var refused = false

    func tend(_ groups: [ListenerGroup], at now: Instant) {
        guard now >= self.nextWake else { return }
        if let attempts = self.attempts {
            self.allAnswer = !self.refused && attempts.allSatisfy { ListeningSocket.isConnected($0.socket) }
            self.attempts = nil
            self.nextWake = now + Self.pause
            return
        }
        self.refused = false
        var started: [Attempt] = []
        for group in groups {
            do throws(SystemCallError) {
                started.append(Attempt(try ListeningSocket.connect(to: group.place)))
            } catch {
                self.refused = true
            }
        }
        self.attempts = started
        self.nextWake = now + Self.patience
    }
}
