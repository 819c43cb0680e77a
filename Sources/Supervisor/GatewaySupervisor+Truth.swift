internal import Glibc
internal import IPC
internal import Platform

/// Tells the workers what they must agree on.
extension GatewaySupervisor {
    /// As it is now.
    var truth: SharedTruth { self.ledger.snapshot(at: Instant.now()) }

    private var listeningWorkers: [WorkerProcess] {
        self.generations.flatMap(\.members).compactMap(\.worker).filter { $0.isAssigned }
    }

    /// To every worker that has its assignment; the others get it with that.
    func tell(_ changes: [TruthLedger.Numbered], at now: Instant) {
        for worker in self.listeningWorkers {
            for numbered in changes where worker.truthDelivery.takesChanges {
                do throws(ChannelError) {
                    try worker.channel.send(.change(number: numbered.number, numbered.change))
                } catch {
                    self.notTold(worker, error, at: now)
                }
            }
        }
    }

    /// Whole truths to those that missed a change.
    func tendTruth(at now: Instant) {
        for worker in self.listeningWorkers where worker.truthDelivery.isDue(at: now) {
            do throws(ChannelError) {
                try worker.send(self.ledger.snapshot(at: now))
                worker.truthDelivery.delivered()
            } catch {
                self.notTold(worker, error, at: now)
            }
        }
    }

    /// When somebody who is behind is told again.
    var nextTruthWake: Instant { self.listeningWorkers.compactMap(\.truthDelivery.retryAt).min() ?? .distantFuture }

    /// A worker that does not read is behind; one whose socket is gone is about to be reaped.
    private func notTold(_ worker: WorkerProcess, _ error: ChannelError, at now: Instant) {
        if case .system(let failure) = error, failure.errno == EPIPE || failure.errno == ECONNRESET { return worker.truthDelivery.delivered() }
        worker.truthDelivery.failed(at: now)
    }
}
