import Testing

@testable internal import DemoProvider

@Suite("Answers of the demo")
struct AnswerTests {
    private func writer(_ body: String, _ endpoint: DemoEndpoint = .chatCompletions) throws -> AnswerWriter {
        AnswerWriter(request: try DemoRequest(endpoint: endpoint, body: Array(body.utf8), modes: .none), number: 1)
    }

    private func plain(_ body: String, _ endpoint: DemoEndpoint = .chatCompletions) throws -> JSONValue {
        try #require(JSONReader.read(try self.writer(body, endpoint).plainBody()))
    }

    /// The documents of all events, and whether `[DONE]` came last.
    private func stream(_ body: String, _ endpoint: DemoEndpoint = .chatCompletions) throws -> (documents: [JSONValue], isDone: Bool) {
        var script = EventScript(writer: try self.writer(body, endpoint))
        var bytes: [UInt8] = []
        while let events = script.next() { bytes += events }
        #expect(script.isEnded)
        let data = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
        return (data.compactMap { JSONReader.read(Array($0.utf8)) }, data.last == "[DONE]")
    }

    private func text(_ documents: [JSONValue], _ field: String = "content") -> String {
        documents.compactMap { $0["choices"]?.array?.first }.filter { $0["index"]?.integer == 0 }.compactMap { $0["delta"]?[field]?.text }.joined()
    }

    private static let question = "\"messages\":[{\"role\":\"user\",\"content\":\"What is \\\"this\\\"?\"}]"
    private static let tools =
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}}}}}]"

    @Test func `the demo says what it is and echoes the question`() throws {
        let content = try self.plain("{\"model\":\"demo\",\(Self.question)}")["choices"]?.array?.first?["message"]?["content"]?.text
        #expect(content?.contains("demo provider") == true)
        #expect(content?.contains("What is \"this\"?") == true)
    }

    @Test(arguments: ["{\"model\":\"demo\",", "{\"model\":\"mock.echo.size1\",", "{\"model\":\"mock\",\"n\":2,", "{\"model\":\"demo\",\"max_tokens\":4,"])
    func `a stream has the text of the plain answer`(_ start: String) throws {
        let plain = try self.plain(start + Self.question + "}")["choices"]?.array?.first?["message"]?["content"]?.text
        let streamed = try self.stream(start + "\"stream\":true," + Self.question + "}")
        #expect(streamed.isDone)
        if start.contains("mock\"") {
            #expect(self.text(streamed.documents).hasPrefix("The quick brown fox"))
        } else {
            #expect(self.text(streamed.documents) == plain)
        }
    }

    @Test func `an echo keeps the bytes of the prompt`() throws {
        let body = try self.writer("{\"model\":\"mock.echo\",\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0040b \\/\"}]}").plainBody()
        #expect(String(decoding: body, as: UTF8.self).contains("\"content\":\"a\\u0040b \\/\""))
    }

    @Test(arguments: [
        ("", "the weather in Paris", true), ("", "tell me a joke", false), ("\"tool_choice\":\"required\",", "tell me a joke", true),
        ("\"tool_choice\":\"none\",", "the weather in Paris", false), ("\"tool_choice\":\"any\",", "hm", true),
    ])
    func `a tool is called when asked for`(_ choice: String, _ prompt: String, _ isCalled: Bool) throws {
        let message = "\"messages\":[{\"role\":\"user\",\"content\":\"\(prompt)\"}]"
        let answer = try self.plain("{\"model\":\"demo\",\(choice)\(Self.tools),\(message)}")
        let first = answer["choices"]?.array?.first
        #expect(first?["finish_reason"]?.text == (isCalled ? "tool_calls" : "stop"))
        let call = first?["message"]?["tool_calls"]?.array?.first?["function"]
        #expect((call?["name"]?.text == "get_weather") == isCalled)
        if isCalled {
            let text = try #require(call?["arguments"]?.text)
            let arguments = try #require(JSONReader.read(Array(text.utf8)))
            #expect(arguments["days"]?.integer == 1)
            #expect(arguments["place"]?.text == (prompt.contains("Paris") ? "Paris" : "demo place"))
        }
    }

    @Test func `tool arguments are streamed in pieces`() throws {
        let request = "{\"model\":\"demo\",\"stream\":true,\"tool_choice\":\"any\",\(Self.tools),\(Self.question)}"
        let pieces = try self.stream(request).documents.compactMap {
            $0["choices"]?.array?.first?["delta"]?["tool_calls"]?.array?.first?["function"]?["arguments"]?.text
        }
        #expect(pieces.count > 3)
        #expect(JSONReader.read(Array(pieces.joined().utf8))?.members?.count == 2)
    }

    @Test func `toolargs puts the prompt into the arguments`() throws {
        let answer = try self.plain("{\"model\":\"mock.toolargs\",\(Self.question)}")
        let arguments = answer["choices"]?.array?.first?["message"]?["tool_calls"]?.array?.first?["function"]?["arguments"]?.text
        #expect(JSONReader.read(Array((arguments ?? "").utf8))?["text"]?.text == "What is \"this\"?")
    }

    @Test(arguments: [
        // model, stream_options, usage on an extra event, usage on the last event with choices
        ("demo", "", false, true), ("mock", "", false, false), ("mock.usage", "", true, false), ("mock.lastusage", "", false, true),
        ("mock", "\"stream_options\":{\"include_usage\":true},", true, false), ("demo", "\"stream_options\":{\"include_usage\":true},", true, false),
    ])
    func `usage comes where it was asked for`(_ model: String, _ options: String, _ isExtra: Bool, _ isOnLast: Bool) throws {
        let documents = try self.stream("{\"model\":\"\(model)\",\"stream\":true,\(options)\(Self.question)}").documents
        let extras = documents.filter { $0["choices"]?.array?.isEmpty == true && $0["usage"]?.members != nil }
        let others = documents.filter { $0["choices"]?.array?.isEmpty == false && $0["usage"]?.members != nil }
        #expect(extras.count == (isExtra ? 1 : 0))
        #expect(others.count == (isOnLast ? 1 : 0))
    }

    @Test func `JSON mode answers with an object`() throws {
        let answer = try self.plain("{\"model\":\"demo\",\"response_format\":{\"type\":\"json_object\"},\(Self.question)}")
        let content = try #require(answer["choices"]?.array?.first?["message"]?["content"]?.text)
        #expect(JSONReader.read(Array(content.utf8))?["question"]?.text == "What is \"this\"?")
    }

    @Test func `a bad body and an unknown mode are faults`() {
        #expect(throws: DemoRequest.Fault.notAnObject) { try self.writer("[]") }
        #expect(throws: DemoRequest.Fault.unknownMode) { try self.writer("{\"model\":\"mock.nonsense\"}") }
    }

    @Test func `a model name without a mode word has no modes`() throws {
        #expect(try self.writer("{\"model\":\"mistral-large-latest\"}").request.modes == .none)
    }

    @Test(arguments: ["abc", "ab", "a", ""])
    func `base64 is that of RFC 4648`(_ text: String) {
        let wanted = ["abc": "YWJj", "ab": "YWI=", "a": "YQ==", "": ""]
        #expect(Base64.encode(Array(text.utf8)) == wanted[text])
    }

    @Test func `embeddings have length one and depend on the text`() {
        let one = EmbeddingAnswer.vector(for: Array("a".utf8), dimensions: 64)
        let other = EmbeddingAnswer.vector(for: Array("b".utf8), dimensions: 64)
        #expect(one != other)
        #expect(abs(one.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    }

    @Test(arguments: [
        ("{\"enum\":[\"x\",\"y\"]}", "\"x\""), ("{\"type\":[\"null\",\"integer\"],\"minimum\":7}", "7"), ("{\"anyOf\":[{\"type\":\"boolean\"}]}", "true"),
        ("{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":2}", "[1.5,1.5]"),
        ("{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"const\":null}}}", "{\"a\":null}"),
        ("{\"type\":\"string\",\"format\":\"email\"}", "\"someone@example.org\""),
    ])
    func `a sample fits its schema`(_ schema: String, _ wanted: String) throws {
        let root = try #require(JSONReader.read(Array(schema.utf8)))
        #expect(String(decoding: SchemaSample(root: root, prompt: "").value().encoded, as: UTF8.self) == wanted)
    }

    @Test func `a schema that refers to itself ends`() throws {
        let root = try #require(JSONReader.read(Array("{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}".utf8)))
        #expect(SchemaSample(root: root, prompt: "").value().members?.count == 1)
    }
}
