internal import Platform

/// A listening socket: accepts a few connections per pass, and rests when the process has no descriptors left or the server no room:
/// who is not accepted waits in the kernel's queue and is not turned away without a word.
final class Listener: ReadinessHandler, TimerHandler {
    private let descriptor: OwnedDescriptor
    private let server: HTTPServer
    private var watch = EventLoop.Watch.none
    private var timer = EventLoop.Timer.none
    private var rest = Listener.restMin
    private var isStopped = false

    private static let batch = 16
    /// More than a listening socket of ours can hold.
    private static let queueMax = 8192
    private static let restMin = Duration.milliseconds(100)
    private static let restMax = Duration.seconds(1)

    init(_ descriptor: consuming OwnedDescriptor, server: HTTPServer) {
        self.descriptor = descriptor
        self.server = server
    }

    func start() throws(SystemCallError) {
        self.watch = try self.server.loop.watch(self.descriptor.rawNumber, for: .readable, handler: self)
    }

    /// Stops, with `takingQueue` after taking the connections that have been waiting. The descriptor closes with this object.
    func stop(takingQueue: Bool) {
        if takingQueue { self.takeQueue() }
        self.isStopped = true
        self.server.loop.unwatch(self.watch)
        self.server.loop.cancel(self.timer)
    }

    /// Whoever has been let into the queue is served: once the last holder of the socket closes it, the kernel resets what waits there.
    private func takeQueue() {
        for _ in 0..<Self.queueMax {
            var peer = StreamSocket.Peer()
            do {
                self.server.accepted(try StreamSocket.accept(self.descriptor.rawNumber, peer: &peer), peer)
            } catch {
                if case .transient = error { continue }
                return
            }
        }
    }

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        for _ in 0..<Self.batch where !self.isStopped {
            guard self.server.hasRoom else {
                self.rest = Self.restMin
                self.server.exhaustedCount += 1
                self.pause()
                return
            }
            var peer = StreamSocket.Peer()
            do {
                let accepted = try StreamSocket.accept(self.descriptor.rawNumber, peer: &peer)
                self.rest = Self.restMin
                self.server.accepted(accepted, peer)
            } catch {
                switch error {
                case .none: return
                case .transient: continue
                case .exhausted, .failed:
                    self.server.exhaustedCount += 1
                    self.pause()
                    return
                }
            }
        }
    }

    private func pause() {
        self.server.loop.unwatch(self.watch)
        self.timer = self.server.loop.schedule(at: self.server.loop.now + self.rest, handler: self)
        self.rest = min(self.rest * 2, Self.restMax)
    }

    func timerFired(kind: Int, at now: Instant) {
        do { try self.start() } catch { self.pause() }
    }
}
