import Testing

@testable import Worker

@Suite("Descriptor budget")
struct DescriptorBudgetTests {
    @Test func `each client needs two`() {
        #expect(DescriptorBudget.connectionsMax(configured: 16_384, descriptorLimit: 524_288) == 16_384)
        #expect(DescriptorBudget.connectionsMax(configured: 16_384, descriptorLimit: 1024) == 480)
        #expect(DescriptorBudget.connectionsMax(configured: 16_384, descriptorLimit: 256) == 96)
        #expect(DescriptorBudget.connectionsMax(configured: 50, descriptorLimit: 256) == 50)
        #expect(DescriptorBudget.connectionsMax(configured: 16_384, descriptorLimit: 16) == 1)
        #expect(DescriptorBudget.connectionsMax(configured: 16_384, descriptorLimit: .max) == 16_384)
    }
}
