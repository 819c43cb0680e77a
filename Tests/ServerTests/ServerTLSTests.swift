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

    func bytes(_ path: String) throws -> [UInt8] { try Files.read(path, bytesMax: 1 << 20) }

    func material(clientAuthority: String? = nil) throws -> TLSMaterial {
        TLSMaterial(
            certificate: try self.bytes(self.certificate("server")), key: try self.bytes(self.key("server")),
            clientAuthorities: try clientAuthority.map { try self.bytes(self.certificate($0)) })
    }

    func serverTLS(clientAuthority: String? = nil, ticketSecret: [UInt8]? = nil) throws -> ServerTLS {
        try ServerTLS(self.material(clientAuthority: clientAuthority), ticketSecret: ticketSecret)
    }
}

/// What a client may take to its next connection.
@safe final class TestTLSSession {
    let handle: OpaquePointer
    init(_ handle: OpaquePointer) { unsafe self.handle = unsafe handle }
    deinit { unsafe SSL_SESSION_free(self.handle) }
}

/// TLS on the client's side of a connection.
@safe final class TestTLSClient {
    private let context: OpaquePointer
    private let handle: OpaquePointer
    private let socket: TestClient
    private(set) var received: [UInt8] = []
    private(set) var isConnected = false
    private(set) var hasFailed = false

    init(_ socket: TestClient, certificate: String? = nil, key: String? = nil, protocols: String = "\u{8}http/1.1", session: TestTLSSession? = nil) throws {
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
        if let session { _ = unsafe SSL_set_session(self.handle, session.handle) }
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

    /// What the server gave, for another connection; after data was read.
    var session: TestTLSSession? { unsafe SSL_get1_session(self.handle).map { unsafe TestTLSSession($0) } }
    var isResumed: Bool { unsafe SSL_session_reused(self.handle) == 1 }

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

    @Test func `everything that does not fit is told at once`() throws {
        #expect(ServerTLS.failures(of: try self.certificates.material(clientAuthority: "client")) == [])
        let empty = ServerTLS.failures(of: TLSMaterial(certificate: [], key: [], clientAuthorities: []))
        #expect(empty.map(\.part) == [.certificate, .key, .clientAuthorities])
        var material = try self.certificates.material()
        material.key = try self.certificates.bytes(self.certificates.key("client"))
        let mismatch = ServerTLS.failures(of: material)
        #expect(mismatch.map(\.part) == [.key])
        #expect(mismatch[0].detail.hasPrefix("does not belong to the certificate"))
        #expect(throws: TLSFailure.self) { try ServerTLS(material) }
        material = try self.certificates.material()
        material.certificate += Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        #expect(ServerTLS.failures(of: material).map(\.part).contains(.certificate))
    }

    @Test func `a key with a pass phrase is an error and asks nobody`() throws {
        let path = "\(self.certificates.folder)/locked.key"
        let status = unsafe system("openssl ec -aes256 -passout pass:secret -in \(self.certificates.key("server")) -out \(path) 2>/dev/null")
        try #require(status == 0)
        var material = try self.certificates.material()
        material.key = try self.certificates.bytes(path)
        #expect(ServerTLS.failures(of: material).map(\.part) == [.key])
    }

    /// Whether a client that has a session of `first` takes it up at `second`.
    private func resumes(_ first: ServerTLS, _ second: ServerTLS, certificate: String? = nil) throws -> Bool {
        var session: TestTLSSession?
        for (number, tls) in [first, second].enumerated() {
            let test = try TestServer(tls: tls) { $0.respond("x") }
            defer { test.end() }
            let client = try TestTLSClient(
                test.connect(), certificate: certificate.map { self.certificates.certificate($0) }, key: certificate.map { self.certificates.key($0) },
                session: session)
            test.run { client.connect() }
            _ = client.send(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
            test.run {
                client.read()
                return client.hasFailed || client.endsWith("\r\n\r\nx")
            }
            #expect(client.endsWith("x"))
            if number == 1 { return client.isResumed }
            session = client.session
            // A connection that breaks off takes its session with it.
            client.endSending()
        }
        return false
    }

    @Test func `a session goes on at another worker with the same secret, and nowhere else`() throws {
        let secret = [UInt8](0..<32)
        let tls = try (1...2).map { _ in try self.certificates.serverTLS(ticketSecret: secret) }
        #expect(try self.resumes(tls[0], tls[1]))
        #expect(try !self.resumes(tls[0], self.certificates.serverTLS(ticketSecret: [UInt8](1...32))))
        #expect(try !self.resumes(self.certificates.serverTLS(), self.certificates.serverTLS()))
    }

    @Test func `a session of a checked client goes on only where the same authorities are trusted`() throws {
        let secret = [UInt8](0..<32)
        let checked = try self.certificates.serverTLS(clientAuthority: "client", ticketSecret: secret)
        #expect(try self.resumes(checked, self.certificates.serverTLS(clientAuthority: "client", ticketSecret: secret), certificate: "client"))
        #expect(try !self.resumes(self.certificates.serverTLS(ticketSecret: secret), checked, certificate: "client"))
    }

    /// RFC 5869, appendix A.1.
    @Test func `keys are derived as the RFC says`() {
        let key = KeyDerivation.extract(salt: [UInt8](0...12), secret: [UInt8](repeating: 0x0B, count: 22))
        let output = KeyDerivation.expand(key, information: [UInt8](0xF0...0xF9), byteCount: 42)
        #expect(
            output == [
                0x3C, 0xB2, 0x5F, 0x25, 0xFA, 0xAC, 0xD5, 0x7A, 0x90, 0x43, 0x4F, 0x64, 0xD0, 0x36, 0x2F, 0x2A, 0x2D, 0x2D, 0x0A, 0x90, 0xCF,
                0x1A, 0x5A, 0x4C, 0x5D, 0xB0, 0x2D, 0x56, 0xEC, 0xC4, 0xC5, 0xBF, 0x34, 0x00, 0x72, 0x08, 0xD5, 0xB8, 0x87, 0x18, 0x58, 0x65,
            ])
    }
}
