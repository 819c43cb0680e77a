import IPC
import Platform
import Testing

@testable import Supervisor

@Suite("Child ending")
struct ChildEndingTests {
    @Test func `only a configuration that nobody ever served is given up`() {
        let refusal = ChildProcess.Ending.exited(WorkerControl.permanentExitStatus)
        #expect(refusal.isPermanent(hasServed: false))
        #expect(!refusal.isPermanent(hasServed: true))
        for ending in [ChildProcess.Ending.exited(0), .exited(1), .killed(signal: 6)] {
            #expect(!ending.isPermanent(hasServed: false))
            #expect(!ending.isPermanent(hasServed: true))
        }
    }
}
