import Testing

@testable import Settings

@Suite("Listen address")
struct ListenAddressTests {
    @Test(arguments: [
        ("0.0.0.0:41002", ListenAddress.tcp(host: "0.0.0.0", port: 41002)), ("[::]:41002", .tcp(host: "::", port: 41002)),
        ("[::1]:1", .tcp(host: "::1", port: 1)), ("localhost:0", .tcp(host: "localhost", port: 0)), ("127.0.0.1:65535", .tcp(host: "127.0.0.1", port: 65_535)),
        ("unix:/run/kt.sock", .unix(path: "/run/kt.sock")),
    ]) func `the three forms are read and written back`(_ text: String, _ address: ListenAddress) {
        #expect(ListenAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", ":41002", "41002", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1", "localhost: 1", "::1:41002", "[::1]", "[::1",
        "[]:1", "unix:", "unix:relative", "http://a:1", "a b:1", "[zz]:1", "[127.0.0.1]:1",
    ]) func `anything else is refused`(_ text: String) { #expect(ListenAddress(text) == nil) }

    @Test func `a socket path fits the kernel's field`() {
        #expect(ListenAddress("unix:/" + String(repeating: "a", count: 106)) != nil)
        #expect(ListenAddress("unix:/" + String(repeating: "a", count: 107)) == nil)
    }
}

@Suite("Address range")
struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "255.255.255.255", true), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("::/0", "::1", true),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.1", "10.0.0.1", true), ("0.0.0.0/0", "::1", false), ("10.0.0.128/25", "10.0.0.127", false),
    ]) func `a range holds its addresses`(_ range: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(AddressRange.address(address))) == isInside)
    }

    @Test(arguments: [
        "", "10.0.0.1/8", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "010.0.0.1", "256.0.0.1", "1.2.3.4.5", "::/129", ":::", "1::2::3",
        "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::g", "2001:db8::1/32", "fe80::1%eth0", "::1.2.3", "10.0.0.0/8/8",
    ]) func `anything else is refused`(_ text: String) { #expect(AddressRange(text) == nil) }
}

@Suite("Run options")
struct RunOptionsTests {
    @Test func `options come back from their own arguments`() throws {
        var options = RunOptions()
        options.configurations = ["a.yaml", "b.yaml"]
        options.overrides.listen = ["[::]:1", "unix:/x"]
        options.overrides.workers = "2"
        options.overrides.failMode = "allow"
        options.overrides.concurrencyMax = "9"
        options.overrides.adminListen = "127.0.0.1:1"
        options.overrides.apiTokenFile = "/t"
        options.stateDirectory = "/s"
        #expect(try RunOptions(arguments: options.arguments, environment: ["KEEPTRUSTS_WORKERS": "7"]) == options)
    }

    @Test func `what no option says is taken from the environment`() throws {
        let options = try RunOptions(
            arguments: ["--workers=3"],
            environment: [
                "KEEPTRUSTS_WORKERS": "7", "KEEPTRUSTS_LISTEN": "a:1, b:2", "KEEPTRUSTS_POLICY_CONFIG": "x.yaml", "STATE_DIRECTORY": "/one:/two",
                "KEEPTRUSTS_FAIL_MODE": "", "KEEPTRUSTS_GATEWAY_MAX_CONCURRENCY": "5",
            ])
        #expect(options.overrides.workers == "3")
        #expect(options.overrides.listen == ["a:1", "b:2"])
        #expect(options.configurations == ["x.yaml"])
        #expect(options.stateDirectory == "/one")
        #expect(options.overrides.failMode == nil)
        #expect(options.overrides.concurrencyMax == "5")
    }

    @Test(arguments: [["--nope", "1"], ["--listen"], ["listen"], ["--api-token", "secret"]])
    func `unknown options and missing values are refused`(_ arguments: [String]) {
        #expect(throws: RunOptionsFailure.self) { try RunOptions(arguments: arguments, environment: [:]) }
    }
}
