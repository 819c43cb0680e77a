import COpenSSL
import Glibc
import HTTP
import Platform
import Testing

@testable import Server

/// Keys and certificates of one test, in a folder of their own.
final class TestCertificates {
    let folder: String

    init() throws {
        var template = Array("/tmp/kt-tls-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        try #require(made, "no temporary folder")
        self.folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["server", "client", "stranger"] {
            let status = unsafe system(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name) "
                    + "-keyout \(self.folder)/\(name).key -out \(self.folder)/\(name).pem 2>/dev/null")
            try #require(status == 0, "openssl made no certificate")
        }
    }

    deinit { _ = unsafe system("rm -r \(self.folder)") }

    func certificate(_ name: String) -> String { "\(self.folder)/\(name).pem" }
    func key(_ name: String) -> String { "\(self.folder)/\(name).key" }

    func serverTLS(clientAuthority: String? = nil) throws -> ServerTLS {
        try ServerTLS(
            certificateChainFile: certificate("server"), privateKeyFile: key("server"), clientAuthorityFile: clientAuthority.map { certificate($0) })
    }
}

/// TLS on the client's side of a connection.
@safe final class TestTLSClient {
    private let context: OpaquePointer
    private let handle: OpaquePointer
    private let socket: TestClient
    private(set) var received: [UInt8] = []
    private(set) var isConnected = false
    private(set) var hasFailed = false

    init(_ socket: TestClient, certificate: String? = nil, key: String? = nil, protocols: String = "\u{8}http/1.1") throws {
        self.socket = socket
        socket.isReading = false
        _ = makeNonBlocking(socket.number)
        unsafe self.context = try #require(unsafe SSL_CTX_new(TLS_client_method()))
        if let certificate, let key {
            _ = unsafe SSL_CTX_use_certificate_chain_file(self.context, certificate)
            _ = unsafe SSL_CTX_use_PrivateKey_file(self.context, key, SSL_FILETYPE_PEM)
        }
        let names = Array(protocols.utf8)
        _ = unsafe SSL_CTX_set_alpn_protos(self.context, names, CUnsignedInt(names.count))
        unsafe self.handle = try #require(unsafe SSL_new(self.context))
        _ = unsafe SSL_set_fd(self.handle, socket.number)
    }

    deinit {
        unsafe SSL_free(self.handle)
        unsafe SSL_CTX_free(self.context)
    }

    /// One step of the handshake; true when it is over, either way.
    func connect() -> Bool {
        if self.isConnected || self.hasFailed { return true }
        ERR_clear_error()
        let result = unsafe SSL_connect(self.handle)
        if result == 1 { self.isConnected = true } else { self.note(result) }
        return self.isConnected || self.hasFailed
    }

    func send(_ bytes: [UInt8]) -> Int {
        guard !bytes.isEmpty else { return 0 }
        ERR_clear_error()
        let count = unsafe SSL_write(self.handle, bytes, CInt(bytes.count))
        if count <= 0 { self.note(count) }
        return max(0, Int(count))
    }

    func read() {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while !self.hasFailed {
            ERR_clear_error()
            let count = unsafe SSL_read(self.handle, &buffer, CInt(buffer.count))
            guard count > 0 else {
                self.note(count)
                return
            }
            self.received.append(contentsOf: buffer.prefix(Int(count)))
        }
    }

    func endSending() { _ = unsafe SSL_shutdown(self.handle) }
    var text: String { String(decoding: self.received, as: UTF8.self) }
    func endsWith(_ text: String) -> Bool { self.received.suffix(text.utf8.count).elementsEqual(text.utf8) }

    private func note(_ result: CInt) {
        let error = unsafe SSL_get_error(self.handle, result)
        if error != SSL_ERROR_WANT_READ, error != SSL_ERROR_WANT_WRITE { self.hasFailed = true }
    }
}

/// Makes a socket non-blocking.
private func makeNonBlocking(_ number: CInt) -> CInt { fcntl(number, F_SETFL, O_NONBLOCK) }

@Suite("Server TLS")
struct ServerTLSTests {
    private let certificates: TestCertificates

    init() throws { self.certificates = try TestCertificates() }

    private func connected(_ test: TestServer, certificate: String? = nil) throws -> TestTLSClient {
        let client = try TestTLSClient(
            test.connect(), certificate: certificate.map { certificates.certificate($0) }, key: certificate.map { certificates.key($0) })
        test.run { client.connect() }
        return client
    }

    @Test func `requests are served over TLS, one after the other and pipelined`() throws {
        let test = try TestServer(tls: try certificates.serverTLS()) { $0.respond($0.pathText) }
        defer { test.end() }
        let client = try connected(test)
        #expect(client.isConnected)
        for number in 1...3 {
            #expect(client.send(Array("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n".utf8)) > 0)
            test.run {
                client.read()
                return client.endsWith("\r\n\r\n/\(number)")
            }
        }
        _ = client.send(Array("GET /4 HTTP/1.1\r\nHost: h\r\n\r\nGET /5 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8))
        test.run {
            client.read()
            return client.hasFailed
        }
        #expect(client.text.contains("\r\n\r\n/4HTTP/1.1 200") && client.endsWith("\r\n\r\n/5"))
    }

    @Test func `large bodies pass both ways`() throws {
        let test = try TestServer(tls: try certificates.serverTLS()) { $0.respond(status: 200, headers: HeaderLines(), body: $0.body) }
        defer { test.end() }
        let client = try connected(test)
        let body = (0..<1_200_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let request = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        var sent = 0
        test.run {
            // OpenSSL wants a call that waited repeated with the same bytes.
            if sent < request.count { sent += client.send(Array(request[sent..<min(sent + 16_384, request.count)])) }
            if sent < request.count { return false }
            client.read()
            return client.received.count > body.count
        }
        #expect(Array(client.received.suffix(body.count)) == body)
    }

    @Test func `an open exchange hears that a TLS client is gone`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer(tls: try certificates.serverTLS()) { open.append($0) }
        defer { test.end() }
        let client = try connected(test)
        _ = client.send(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        test.run { open.count == 1 }
        client.endSending()
        test.run { test.gone.count == 1 }
        #expect(test.connectionCount == 0)
    }

    @Test func `a pipelined request in the same record is served after a late answer`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer(tls: try certificates.serverTLS()) { open.append($0) }
        defer { test.end() }
        let client = try connected(test)
        _ = client.send(Array("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        test.run { open.count == 1 }
        open[0].respond("x")
        test.run { open.count == 2 }
        #expect(open[1].pathText == "/2")
    }

    @Test func `with an authority only its clients are served`() throws {
        let test = try TestServer(tls: try certificates.serverTLS(clientAuthority: "client")) { $0.respond("x") }
        defer { test.end() }
        for (name, isServed) in [("client" as String?, true), (nil, false), ("stranger", false)] {
            let client = try connected(test, certificate: name)
            _ = client.send(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
            test.run {
                client.read()
                return client.hasFailed || client.endsWith("\r\n\r\nx")
            }
            #expect(client.endsWith("x") == isServed, "\(name ?? "none")")
        }
    }

    @Test func `a client that speaks another protocol is refused in the handshake`() throws {
        let test = try TestServer(tls: try certificates.serverTLS()) { $0.respond("x") }
        defer { test.end() }
        let client = try TestTLSClient(test.connect(), protocols: "\u{2}h2")
        test.run { client.connect() }
        #expect(client.hasFailed)
        test.run { test.connectionCount == 0 }
    }

    @Test func `a plain request to a TLS port ends the connection`() throws {
        let test = try TestServer(tls: try certificates.serverTLS()) { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        test.run { client.isEnded }
        #expect(test.connectionCount == 0)
    }

    @Test func `a handshake that does not go on ends at the head time-out`() throws {
        var limits = ServerLimits()
        limits.headTimeout = .milliseconds(30)
        let test = try TestServer(limits: limits, tls: try certificates.serverTLS()) { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        client.send([0x16])
        test.run { client.isEnded }
    }

    @Test func `files that do not fit are errors with their name`() throws {
        #expect(throws: TLSFailure.self) {
            try ServerTLS(certificateChainFile: "/nonexistent", privateKeyFile: certificates.key("server"))
        }
        do {
            _ = try ServerTLS(certificateChainFile: certificates.certificate("server"), privateKeyFile: certificates.key("client"))
            Issue.record("a key of another certificate was taken")
        } catch {
            #expect(error.operation.contains("client.key") && !error.detail.isEmpty)
        }
    }
}
