import HTTP
import Testing

@Suite("Chunked body")
struct ChunkedDecoderTests {
    private func decode(_ text: String, bodyBytesMax: Int = 100, trailerBytesMax: Int = 64) -> Result<String, HTTPFault>? {
        var decoder = ChunkedDecoder(bodyBytesMax: bodyBytesMax, trailerBytesMax: trailerBytesMax)
        var body: [UInt8] = []
        let bytes = Array(text.utf8)
        do {
            let used = try decoder.decode(bytes.span, into: &body)
            #expect(used == bytes.count || decoder.isComplete)
            return decoder.isComplete ? .success(String(decoding: body, as: UTF8.self)) : nil
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("1\r\na\r\n0\r\n\r\n", "a"), ("00001;x=y;z\r\na\r\n2\r\nbc\r\n00;q\r\nA: b\r\nC:\r\n\r\n", "abc"),
        ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\nGET /next", "01234567890123456789"),
    ])
    func `chunks are put together`(_ text: String, _ body: String) { #expect(decode(text) == .success(body)) }

    @Test func `limits hold at their number and not at one more`() {
        #expect(decode("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", bodyBytesMax: 3) == .success("abc"))
        #expect(decode("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", bodyBytesMax: 3) == .failure(.bodyTooLarge))
        #expect(decode("0\r\na: b\r\n\r\n", trailerBytesMax: 8) == .success(""))
        #expect(decode("0\r\na: b\r\n\r\n", trailerBytesMax: 7) == .failure(.headersTooLarge))
        let extensions = String(repeating: "e", count: ChunkedDecoder.extensionBytesMax)
        #expect(decode("1;\(extensions)\r\na\r\n0\r\n\r\n") == .success("a"))
        #expect(decode("1;\(extensions)\r\na\r\n1;e\r\na\r\n0\r\n\r\n") == .failure(.badRequest(.chunkExtension)))
        let trailers = String(repeating: "a:\r\n", count: 100)
        #expect(decode("0\r\n\(trailers)\r\n", trailerBytesMax: 1000) == .success(""))
        #expect(decode("0\r\n\(trailers)a:\r\n\r\n", trailerBytesMax: 1000) == .failure(.headersTooLarge))
    }

    @Test(arguments: ["", "1", "1\r", "1\r\n", "1\r\na", "1\r\na\r", "1\r\na\r\n", "0", "0\r\n", "0\r\n\r", "0\r\na: b\r\n"])
    func `a part of a body is not a body`(_ text: String) { #expect(decode(text) == nil) }
}
