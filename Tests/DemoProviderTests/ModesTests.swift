import Testing

@testable internal import DemoProvider

@Suite("Modes")
struct ModesTests {
    private func read(_ text: String) -> Modes? {
        var modes = Modes.none
        return modes.read(text.utf8) ? modes : nil
    }

    @Test(arguments: ["delay200.echo", "delay=200, echo", ".delay200-echo", "delay200_echo", "delay200:echo/", "delay200+echo", "delay200echo"])
    func `any separator will do`(_ text: String) throws {
        let modes = try #require(self.read(text))
        #expect(modes[.delay] == 200)
        #expect(modes.has(.echo))
        #expect(!modes.has(.hang))
    }

    @Test func `a word without a number has its own value`() throws {
        let modes = try #require(self.read("status.flaky.reset.redirect"))
        #expect(modes[.status] == 500)
        #expect(modes[.flaky] == 2)
        #expect(modes[.reset] == 0)
        #expect(modes[.redirect] == 307)
    }

    @Test func `later words win over earlier and standing ones`() {
        var modes = Modes.none
        let areKnown = [modes.read("size3".utf8), modes.read("size4.size5".utf8)]
        #expect(areKnown == [true, true])
        #expect(modes[.size] == 5)
    }

    @Test func `zero is like not said where only more counts`() throws {
        let modes = try #require(self.read("delay0"))
        #expect(modes.has(.delay))
        #expect(modes.positive(.delay) == nil)
    }

    @Test func `a huge number is capped`() throws { #expect(try #require(self.read("delay99999999999999999999"))[.delay] == 100_000_000) }

    @Test func `nothing is no mode and no mistake`() throws { #expect(try #require(self.read("")) == Modes.none) }

    @Test(arguments: ["delai", "Delay", "200", "delay200x", "delay==2", "=2", "echo!", "é"])
    func `an unknown word is refused`(_ text: String) { #expect(self.read(text) == nil) }
}
