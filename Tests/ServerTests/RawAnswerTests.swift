import HTTP
import Testing

@testable import Server

@Suite("Raw and last answers")
struct RawAnswerTests {
    private let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `a raw answer has the bytes of its caller and ends the connection`() throws {
        let test = try TestServer { exchange in
            exchange.startRaw()
            exchange.send(Array("HTTP/1.1 200 Odd\r\n".utf8).span)
            exchange.send(Array("\r\nxyz".utf8).span)
            exchange.finishStream()
        }
        defer { test.end() }
        let client = test.connect()
        client.send(self.get + self.get)
        test.run { client.isEnded }
        #expect(client.text == "HTTP/1.1 200 Odd\r\n\r\nxyz")
        #expect(test.gone.isEmpty)
    }

    @Test func `a raw answer of nothing closes the connection`() throws {
        let test = try TestServer { exchange in
            exchange.startRaw()
            exchange.abort()
        }
        defer { test.end() }
        let client = test.connect()
        client.send(self.get)
        test.run { client.isEnded }
        #expect(client.received.isEmpty)
    }

    @Test func `a reset delivers what was sent and then fails`() throws {
        let test = try TestServer { exchange in
            exchange.startStream(status: 200, headers: HeaderLines())
            exchange.send(Array("abc".utf8).span)
            exchange.reset()
            #expect(!exchange.isOpen)
        }
        defer { test.end() }
        let client = test.connect()
        client.send(self.get)
        test.run { client.isEnded }
        #expect(client.text.hasSuffix("3\r\nabc\r\n"))
        #expect(test.connectionCount == 0)
        #expect(test.gone.isEmpty)
    }

    @Test(arguments: [true, false])
    func `an exchange can ask for the end of its connection`(_ isStream: Bool) throws {
        let test = try TestServer { exchange in
            exchange.endsConnection = true
            if isStream {
                exchange.startStream(status: 200, headers: HeaderLines())
                exchange.finishStream(Array("abc".utf8).span)
            } else {
                exchange.respond(status: 200, headers: HeaderLines(), body: Array("abc".utf8))
            }
        }
        defer { test.end() }
        let client = test.connect()
        client.send(self.get)
        test.run { client.isEnded }
        #expect(client.text.contains("connection: close\r\n"))
        #expect(client.text.contains("abc"))
    }
}
