import Platform
import Testing

@Suite("Instant")
struct InstantTests {
    private static let least = Instant(nanoseconds: .min)

    @Test func `arithmetic ends at the limits`() {
        #expect(Instant.distantFuture + .seconds(3) == .distantFuture)
        #expect(Self.least + .seconds(-3) == Self.least)
        #expect(Instant(nanoseconds: 5) - Self.least == .nanoseconds(Int64.max))
        #expect(Self.least - Instant(nanoseconds: 5) == .nanoseconds(Int64.min))
        #expect(Instant(nanoseconds: 5) + .seconds(Int64.max) == .distantFuture)
        #expect(Instant(nanoseconds: -5) + .seconds(Int64.min) == Self.least)
        #expect(Instant(nanoseconds: 5) - Instant(nanoseconds: 7) == .nanoseconds(-2))
    }

    @Test func `a duration of more than 292 years has as many nanoseconds as there are`() {
        #expect(Duration(secondsComponent: 9_223_372_036, attosecondsComponent: 900_000_000_000_000_000).nanoseconds == .max)
        #expect(Duration(secondsComponent: -9_223_372_036, attosecondsComponent: -900_000_000_000_000_000).nanoseconds == .min)
        #expect(Duration.nanoseconds(Int64.min).nanoseconds == .min)
    }
}
