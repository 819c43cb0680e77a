import Testing

@testable import Record

@Suite("Recorded event")
struct RecordedEventTests {
    @Test func `a full event has all members in their order`() {
        var full = event("e1", at: 5, verdict: "redact")
        full.stream = true
        full.consumer = .init(group: "g", keyFingerprint: "fp", agent: "a\"\n", user: "u")
        full.clientAddress = "127.0.0.1"
        full.modelRequested = "m"
        full.modelAnswered = "m-2"
        full.target = "t2"
        full.attempts = [
            .init(target: "t1", result: .error("connect_timed_out"), duration: .microseconds(1_500), nextReason: "connection_error"),
            .init(target: "t2", result: .status(200), duration: .milliseconds(3)),
        ]
        full.policies = [
            .init(kind: "pii-detector", phase: "input", verdict: "redact", reasonCode: "pii.found", findings: [.init(type: "EMAIL", count: 2)], score: 0.25, microseconds: 7)
        ]
        full.tokens = .init(prompt: 3, completion: 4, isEstimated: false)
        full.costMicrocents = 123_450_000
        full.durations = .init(total: .milliseconds(12), firstByte: .microseconds(2_050), upstream: .nanoseconds(1_999), policies: .zero)
        #expect(
            string(full.json)
                == #"{"id":"e1","time":"2026-09-21T14:13:20.000005Z","request_id":"r-e1","worker":0,"generation":1,"config":{"name":"pack","version":"1.0.0","hash":"abc"},"endpoint":"/v1/chat/completions","stream":true,"consumer":{"group":"g","key":"fp","agent":"a\"\n","user":"u"},"client_address":"127.0.0.1","model_requested":"m","model_answered":"m-2","target":"t2","attempts":[{"target":"t1","error":"connect_timed_out","ms":1.5,"next":"connection_error"},{"target":"t2","status":200,"ms":3}],"verdict":"redact","policies":[{"kind":"pii-detector","phase":"input","verdict":"redact","reason_code":"pii.found","findings":[{"type":"EMAIL","count":2}],"score":0.25,"microseconds":7}],"tokens":{"prompt":3,"completion":4,"estimated":false},"cost_usd":1.2345,"status":200,"outcome":"completed","ms":{"total":12,"first_byte":2.05,"upstream":0.001,"policies":0},"bytes":{"request":10,"answer":20}}"#
        )
    }

    @Test func `what is not known is null`() {
        let text = string(event("e").json)
        for member in [#""client_address":null"#, #""tokens":null"#, #""cost_usd":null"#, #""first_byte":null"#, #""attempts":[]"#] {
            #expect(text.contains(member))
        }
    }

    @Test(arguments: [(0, "0"), (1, "0.00000001"), (100_000_000, "1"), (-50_000_000, "-0.5"), (Int64.max, "92233720368.54775807")])
    func `costs are exact`(microcents: Int64, expected: String) {
        var priced = event("e")
        priced.costMicrocents = microcents
        #expect(string(priced.json).contains("\"cost_usd\":\(expected),"))
    }
}

@Suite("UTC time")
struct UTCTimeTests {
    @Test func `every number is some time`() {
        #expect(UTCTime(nanoseconds: .min).text == "1677-09-21T00:12:43.145224Z")
        #expect(UTCTime(nanoseconds: -1).text == "1969-12-31T23:59:59.999999Z")
        #expect(UTCTime(nanoseconds: .max).text == "2262-04-11T23:47:16.854775Z")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (951_782_400_000_001_999, "2000-02-29T00:00:00.000001Z"),
        (1_709_251_199_999_999_000, "2024-02-29T23:59:59.999999Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000Z"),
        (-1_000, "1969-12-31T23:59:59.999999Z"), (.max, "2262-04-11T23:47:16.854775Z"),
    ] as [(Int64, String)])
    func `times are written in RFC 3339`(nanoseconds: Int64, text: String) {
        #expect(UTCTime(nanoseconds: nanoseconds).text == text)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("2000-02-29T00:00:00Z", 951_782_400_000_000_000), ("2000-02-29t01:30:00.5+01:30", 951_782_400_500_000_000),
        ("2000-02-28 23:00:00-01:00", 951_782_400_000_000_000), ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999_000),
    ] as [(String, Int64)])
    func `times are read`(text: String, nanoseconds: Int64) {
        #expect(UTCTime(text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2024", "2024-13-01", "2024-00-01", "2023-02-29", "2100-02-29", "2024-1-1", "2024-01-01T", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Zx", "2024-01-01T00:00:00+1:00", "1969-12-31", "9999-01-01", "x024-01-01", "２024-01-01",
    ])
    func `what is no time is not read`(text: String) { #expect(UTCTime(text) == nil) }

    @Test func `days of three centuries read back`() {
        for day in stride(from: 0 as Int64, to: 106_000, by: 11) {
            let time = UTCTime(nanoseconds: day * 86_400_000_000_000 + 1_000)
            if UTCTime(time.text) != time { Issue.record("\(time.text)") }
        }
    }
}
