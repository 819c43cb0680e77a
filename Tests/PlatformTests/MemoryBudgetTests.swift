import Testing

@testable import Platform

@Suite("Memory budget")
struct MemoryBudgetTests {
    @Test func `a worker gets half, and a gibibyte at least`() {
        #expect(MemoryBudget(bytes: 16 << 30).dataBytesMax == 8 << 30)
        #expect(MemoryBudget(bytes: 512 << 20).dataBytesMax == 1 << 30)
    }

    @Test func `every group around counts`() {
        let paths = MemoryBudget.limitPaths(groups: "1:cpu:/x\n0::/system.slice/kt.service\n")
        #expect(
            paths == [
                "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/system.slice/kt.service/memory.max",
            ])
        #expect(MemoryBudget.limitPaths(groups: "0::/\n") == ["/sys/fs/cgroup/memory.max"])
        #expect(MemoryBudget.limitPaths(groups: "0::/../../x\n") == ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/x/memory.max"])
        #expect(MemoryBudget.limitPaths(groups: "4:memory:/old\n").isEmpty)
        #expect(MemoryBudget.limitPaths(groups: "").isEmpty)
    }

    @Test func `a limit is a number, or there is none`() {
        #expect(MemoryBudget.limit(Array("1073741824\n".utf8)) == 1 << 30)
        #expect(MemoryBudget.limit(Array("max\n".utf8)) == nil)
        #expect(MemoryBudget.limit([]) == nil)
    }

    @Test func `this machine has memory`() { #expect(MemoryBudget.ofThisProcess().bytes > 1 << 20) }
}
