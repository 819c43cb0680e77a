import Settings
import Testing

@testable import Routing

@Suite("Attempt plan")
struct AttemptPlanTests {
    private func providers(_ count: Int) -> ProviderSettings {
        var providers = ProviderSettings()
        providers.targets = (0..<count).map { Target(id: "t\($0)", provider: "openai", model: "m", baseURL: "http://127.0.0.1") }
        return providers
    }

    private func plan(_ count: Int, ageMax: Duration? = nil, clientIsRetrying: Bool = false) -> AttemptPlan {
        AttemptPlan(
            targets: Array(0..<count), settings: self.providers(count), isStream: false, ageMax: ageMax, clientIsRetrying: clientIsRetrying)
    }

    @Test func `retries stay in the target, then the next target has its own turn`() {
        var plan = self.plan(2)
        #expect(plan.begin(age: .zero) == .attempt(target: 0, delay: .zero, turnEnd: .seconds(60)))
        let failure = AttemptFailure.status(503, retryAfter: nil)
        #expect(plan.next(after: failure, age: .zero, random: 1) == .attempt(target: 0, delay: .milliseconds(500), turnEnd: .seconds(60)))
        #expect(plan.next(after: failure, age: .seconds(1), random: 1) == .attempt(target: 0, delay: .seconds(1), turnEnd: .seconds(60)))
        #expect(plan.next(after: failure, age: .seconds(2), random: 1) == .attempt(target: 1, delay: .zero, turnEnd: .seconds(62)))
        #expect(plan.attempts == 4)
    }

    @Test func `an answer that is refused is asked for twice more, at the same target and at once`() {
        var plan = self.plan(2)
        _ = plan.begin(age: .zero)
        #expect(plan.again(age: .seconds(2)) == .attempt(target: 0, delay: .zero, turnEnd: .seconds(60)))
        #expect(plan.again(age: .seconds(4)) == .attempt(target: 0, delay: .zero, turnEnd: .seconds(60)))
        #expect(plan.again(age: .seconds(6)) == .giveUp)
        #expect(plan.attempts == 3)
    }

    @Test func `an answer is not asked for again beyond the turn, the retries, or for a client that retries itself`() {
        var late = self.plan(1)
        _ = late.begin(age: .zero)
        #expect(late.again(age: .seconds(60)) == .giveUp)
        var spent = self.plan(1)
        _ = spent.begin(age: .zero)
        _ = spent.next(after: .status(503, retryAfter: nil), age: .zero, random: 1)
        #expect(spent.again(age: .seconds(1)) == .attempt(target: 0, delay: .zero, turnEnd: .seconds(60)))
        #expect(spent.again(age: .seconds(2)) == .giveUp)
        var retrying = self.plan(1, clientIsRetrying: true)
        _ = retrying.begin(age: .zero)
        #expect(retrying.again(age: .zero) == .giveUp)
        var none = self.plan(0)
        #expect(none.again(age: .zero) == .giveUp)
    }

    @Test func `what the client did wrong is not tried again`() {
        var plan = self.plan(2)
        _ = plan.begin(age: .zero)
        #expect(plan.next(after: .status(400, retryAfter: nil), age: .zero, random: 1) == .giveUp)
    }

    @Test func `a Retry-After that does not fit moves on at once`() {
        var plan = self.plan(2)
        _ = plan.begin(age: .zero)
        #expect(
            plan.next(after: .status(429, retryAfter: .seconds(61)), age: .zero, random: 1)
                == .attempt(target: 1, delay: .zero, turnEnd: .seconds(60)))
    }

    @Test func `a Retry-After that fits replaces the delay`() {
        var plan = self.plan(1)
        _ = plan.begin(age: .zero)
        #expect(
            plan.next(after: .status(429, retryAfter: .seconds(7)), age: .zero, random: 0)
                == .attempt(target: 0, delay: .seconds(7), turnEnd: .seconds(60)))
    }

    @Test func `a turn that timed out goes to the next target`() {
        var plan = self.plan(2)
        _ = plan.begin(age: .zero)
        #expect(plan.next(after: .timedOut, age: .seconds(60), random: 0) == .attempt(target: 1, delay: .zero, turnEnd: .seconds(120)))
        #expect(plan.next(after: .timedOut, age: .seconds(120), random: 0) == .giveUp)
    }

    @Test func `the client's own time-out bounds every turn`() {
        var plan = self.plan(2, ageMax: .seconds(10))
        #expect(plan.begin(age: .zero) == .attempt(target: 0, delay: .zero, turnEnd: .seconds(10)))
        #expect(plan.next(after: .timedOut, age: .seconds(10), random: 0) == .giveUp)
    }

    @Test func `a client that retries already gets one attempt a target`() {
        var plan = self.plan(2, clientIsRetrying: true)
        _ = plan.begin(age: .zero)
        #expect(plan.next(after: .connection, age: .zero, random: 0) == .attempt(target: 1, delay: .zero, turnEnd: .seconds(60)))
        #expect(plan.next(after: .connection, age: .zero, random: 0) == .giveUp)
    }

    @Test func `no target, no attempt`() {
        var plan = self.plan(0)
        #expect(plan.begin(age: .zero) == .giveUp)
        #expect(plan.next(after: .connection, age: .zero, random: 0) == .giveUp)
    }

    @Test(arguments: [(0, 500.0), (1, 500), (2, 1000), (3, 2000), (6, 10_000), (20, 10_000)])
    func `the delay doubles up to its bound`(retryNumber: Int, milliseconds: Double) {
        let delay = AttemptPlan.delay(before: retryNumber, RetrySettings(), .connection, 1)
        #expect(delay == .microseconds(Int64(milliseconds * 1000)))
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    @Test func `milliseconds win, seconds and dates are read`() {
        #expect(RetryAfter.parse(milliseconds: "1500", seconds: "9", now: 0) == .milliseconds(1500))
        #expect(RetryAfter.parse(milliseconds: nil, seconds: "2.5", now: 0) == .milliseconds(2500))
        #expect(RetryAfter.parse(milliseconds: nil, seconds: "Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_770) == .seconds(7))
        #expect(RetryAfter.parse(milliseconds: nil, seconds: "Sun, 06 Nov 1994 08:49:37 GMT", now: 884_111_770) == .seconds(0))
        #expect(RetryAfter.parse(milliseconds: nil, seconds: "Thu, 29 Feb 2024 00:00:00 GMT", now: 1_709_164_800) == .seconds(0))
    }

    @Test(arguments: ["-1", "soon", "99999999", "nan", "Sun, 99 Nov 1994 08:49:37 GMT", ""])
    func `nonsense is no delay`(text: String) {
        #expect(RetryAfter.parse(milliseconds: text, seconds: text, now: 0) == nil)
    }
}
