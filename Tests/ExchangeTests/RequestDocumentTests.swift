import Testing

@testable import Exchange

@Suite("Request document")
struct RequestDocumentTests {
    @Test func `the members that we read are found`() throws {
        let body =
            #" {"model":"mistral-large","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7,"n":2,"user":"u1","messages":[]} "#
        let document = try decode(body)
        #expect(raw(document.model, in: body) == #""mistral-large""#)
        #expect(document.modelName == "mistral-large")
        #expect(document.stream)
        #expect(raw(document.streamValue, in: body) == "true")
        #expect(raw(document.streamOptions, in: body) == #"{"include_usage":true}"#)
        #expect(document.includeUsage)
        #expect(document.tokensMax == 7)
        #expect(document.choices == 2)
        #expect(document.user == "u1")
        #expect(document.objectStart == 2)
        #expect(!document.isEmptyObject)
    }

    @Test func `what is absent or null has its default`() throws {
        let document = try decode(#"{"messages":[],"stream":null,"stream_options":null,"max_tokens":null,"n":null,"user":null}"#)
        #expect(document.model == nil)
        #expect(document.modelName == nil)
        #expect(!document.stream)
        #expect(document.streamOptions == nil)
        #expect(!document.includeUsage)
        #expect(document.tokensMax == nil)
        #expect(document.choices == 1)
        #expect(document.user == nil)
        #expect(document.texts.isEmpty)
    }

    @Test func `escapes in names and keys are undone`() throws {
        let document = try decode(#"{"m\u006fdel":"caf\u00e9 \ud83e\udd89","messag\u0065s":[{"r\u006fle":"us\u0065r","content":"x"}]}"#)
        #expect(document.modelName == "café 🦉")
        #expect(document.texts.map(\.origin.role) == [.user])
    }

    @Test func `every text of a chat is listed with its author`() throws {
        let body = #"""
            {"messages":[
              {"role":"system","content":"one"},
              {"content":"two","role":"user","name":"ann"},
              {"role":"user","content":[{"type":"text","text":"three"},{"type":"image_url","image_url":{"url":"data:x"}},{"type":"text","text":"four"}]},
              {"role":"assistant","reasoning_content":"five","refusal":"six","content":null,
               "tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}},
                             {"function":{"name":"mail","arguments":{"to":"seven","n":[1,"eight"]}}},
                             {"type":"custom","custom":{"name":"shell","input":"nine"}}]},
              {"role":"tool","tool_call_id":"c1","content":"ten"},
              {"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"eleven"}]},{"type":"text","text":"twelve"}],
               "function_call":{"name":"old","arguments":"{}"}},
              {"role":"developer","content":["thirteen"]},
              {"role":"function","content":"fourteen"},
              {"role":"stranger","content":"fifteen"}
            ]}
            """#
        #expect(
            try listed(decode(body).texts, in: body) == [
                "system.content[0.0] one", "user.content[1.0] two", "user.name[1.0] ann", "user.content[2.0] three",
                "user.content[2.2] four", "assistant.reasoning[3.0] five", "assistant.refusal[3.0] six",
                "assistant.toolName[3.0] look", #"assistant.toolArguments[3.0] {"a":1}"#, "assistant.toolName[3.1] mail",
                "assistant.text[3.1] seven", "assistant.text[3.1] eight", "assistant.toolName[3.2] shell",
                "assistant.text[3.2] nine", "tool.content[4.0] ten", "assistant.reasoning[5.0] eleven",
                "assistant.content[5.1] twelve", "assistant.toolName[5.-1] old", "assistant.toolArguments[5.-1] {}",
                "developer.content[6.0] thirteen", "function.content[7.0] fourteen", "none.content[8.0] fifteen",
            ])
    }

    @Test func `tools, metadata, user, prediction and response format are texts too`() throws {
        let body = #"""
            {"messages":[],"user":"u","metadata":{"k":"v","n":{"m":"w"}},
             "prediction":{"type":"content","content":[{"type":"text","text":"p"}]},
             "response_format":{"type":"json_schema","json_schema":{"name":"s","description":"f","schema":{"properties":{"description":{"description":"g"}}}}},
             "tools":[{"type":"function","function":{"name":"alph\u0061","description":"a","parameters":{"properties":{"x":{"description":"b","enum":["description"]}}}}},
                      {"type":"web_search"}],
             "functions":[{"name":"beta","description":"c"}]}
            """#
        let document = try decode(body)
        #expect(
            listed(document.texts, in: body) == [
                "none.user[0.0] u", "none.metadata[0.0] v", "none.metadata[0.0] w", "assistant.text[0.0] p",
                "none.toolDescription[0.0] f", "none.toolDescription[0.1] g", "none.toolDescription[0.0] a",
                "none.toolDescription[0.1] b", "none.toolDescription[0.0] c",
            ])
        #expect(listed(document.toolNames, in: body) == ["none.toolName[0.0] alpha", "none.toolName[1.0] web_search", "none.toolName[0.0] beta"])
        #expect(document.toolNames.map(\.hasEscapes) == [true, false, false])
    }

    @Test(arguments: [
        (#"{"prompt":"a","suffix":"b"}"#, Endpoint.fim, ["none.prompt[0.0] a", "none.suffix[0.0] b"]),
        (#"{"prompt":["a","b"]}"#, .completions, ["none.prompt[0.0] a", "none.prompt[1.0] b"]),
        (#"{"prompt":[1,2,3]}"#, .completions, []),
        (#"{"prompt":[[1],[2,3]]}"#, .completions, []),
        (#"{"input":"a"}"#, .embeddings, ["none.input[0.0] a"]),
        (#"{"input":["a","b"]}"#, .embeddings, ["none.input[0.0] a", "none.input[1.0] b"]),
        (#"{"input":[[1,2],[3]]}"#, .embeddings, []),
        (
            #"{"input":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]}"#, .moderations,
            ["none.input[0.0] a"]
        ),
        (#"{"input":[[{"content":"a","role":"user"}]]}"#, .moderations, ["user.input[0.0] a"]),
        (#"{"input":{"messages":[{"role":"user","content":"a"}]}}"#, .moderations, ["none.input[0.0] user", "none.input[0.0] a"]),
        (#"{"messages":[],"prompt":["a"],"input":{"x":"b"}}"#, .chatCompletions, ["none.prompt[0.0] a", "none.input[0.0] b"]),
        (#"{"prompt":"a","messages":[{"content":"b"}]}"#, .completions, ["none.prompt[0.0] a", "none.content[0.0] b"]),
    ])
    func `prompt, suffix and input are texts`(body: String, endpoint: Endpoint, texts: [String]) throws {
        #expect(try listed(decode(body, endpoint).texts, in: body) == texts)
    }

    // MARK: Refusals

    @Test(arguments: [
        ("[]", ""), ("\"x\"", ""), ("7", ""), ("null", ""),
        ("{}", "messages"), (#"{"model":"m"}"#, "messages"), (#"{"messages":null}"#, "messages"),
        (#"{"messages":{}}"#, "messages"), (#"{"messages":"hi"}"#, "messages"),
        (#"{"messages":["hi"]}"#, "messages[0]"), (#"{"messages":[{},7]}"#, "messages[1]"),
        (#"{"messages":[{"content":7}]}"#, "messages[0].content"),
        (#"{"messages":[{},{"content":{}}]}"#, "messages[1].content"),
        (#"{"messages":[{"content":["a",7]}]}"#, "messages[0].content[1]"),
        (#"{"messages":[{"content":[{"text":{}}]}]}"#, "messages[0].content"),
        (#"{"messages":[{"role":1}]}"#, "messages[0].role"),
        (#"{"messages":[{"name":1}]}"#, "messages[0].name"),
        (#"{"messages":[{"refusal":[]}]}"#, "messages[0].refusal"),
        (#"{"messages":[{"tool_calls":{}}]}"#, "messages[0].tool_calls"),
        (#"{"messages":[{"tool_calls":[1]}]}"#, "messages[0].tool_calls[0]"),
        (#"{"messages":[{"tool_calls":[{"function":1}]}]}"#, "messages[0].tool_calls[0]"),
        (#"{"messages":[],"model":7}"#, "model"), (#"{"messages":[],"model":null}"#, "model"),
        (#"{"messages":[],"stream":"true"}"#, "stream"), (#"{"messages":[],"stream":1}"#, "stream"),
        (#"{"messages":[],"stream_options":[]}"#, "stream_options"),
        (#"{"messages":[],"stream_options":{"include_usage":1}}"#, "stream_options.include_usage"),
        (#"{"messages":[],"max_tokens":"5"}"#, "max_tokens"), (#"{"messages":[],"max_tokens":5.0}"#, "max_tokens"),
        (#"{"messages":[],"max_tokens":1e2}"#, "max_tokens"),
        (#"{"messages":[],"max_tokens":9223372036854775808}"#, "max_tokens"),
        (#"{"messages":[],"max_completion_tokens":true}"#, "max_completion_tokens"),
        (#"{"messages":[],"n":[]}"#, "n"), (#"{"messages":[],"user":7}"#, "user"),
        (#"{"messages":[],"tools":{}}"#, "tools"), (#"{"messages":[],"tools":[1]}"#, "tools[0]"),
        (#"{"messages":[],"tools":[{"function":1}]}"#, "tools[0].function"),
        (#"{"messages":[],"tools":[{"function":{"name":1}}]}"#, "tools[0].function.name"),
        (#"{"messages":[],"functions":1}"#, "functions"),
        (#"{"messages":[],"prediction":{"content":1}}"#, "prediction.content"),
        (#"{"messages":[],"suffix":1}"#, "suffix"),
    ])
    func `a wrong shape at a place that we read is refused with that place`(body: String, param: String) throws {
        let refusal = try #require(fault(body))
        #expect(refusal.code == .invalidRequest)
        #expect(refusal.param == (param.isEmpty ? nil : param))
        #expect(!refusal.message.isEmpty)
    }

    @Test(arguments: [
        (Endpoint.completions, "{}", "prompt"), (.completions, #"{"prompt":null}"#, "prompt"), (.fim, #"{"prompt":7}"#, "prompt"),
        (.embeddings, "{}", "input"), (.moderations, #"{"input":true}"#, "input"), (.embeddings, #"{"prompt":"x"}"#, "input"),
    ])
    func `each endpoint needs its text`(endpoint: Endpoint, body: String, param: String) {
        #expect(fault(body, endpoint)?.code == .invalidRequest)
        #expect(fault(body, endpoint)?.param == param)
    }

    @Test(arguments: [
        #"{"model":"a","model":"b","messages":[]}"#, #"{"messages":[],"messages":[]}"#, #"{"messages":[],"m\u006fdel":"a","model":"a"}"#,
        #"{"messages":[{"content":"a","content":"b"}]}"#, #"{"messages":[{"role":"user","role":"user"}]}"#,
        #"{"messages":[{"content":[{"text":"a","text":"b"}]}]}"#,
        #"{"messages":[{"tool_calls":[{"function":{"arguments":"a","arguments":"b"}}]}]}"#,
        #"{"messages":[],"tools":[{"function":{"name":"a","name":"b"}}]}"#,
        #"{"messages":[],"stream_options":{"include_usage":true,"include_usage":false}}"#,
    ])
    func `a key that we read must not stand twice`(body: String) {
        #expect(fault(body)?.code == .invalidJSON)
        #expect(fault(body)?.message.contains("twice") == true)
    }

    @Test func `keys that we do not read may stand twice`() throws {
        _ = try decode(#"{"x":1,"x":2,"messages":[{"y":1,"y":1}],"z":{"model":1,"model":2}}"#)
    }

    @Test(arguments: [
        #"{"messages":[{"Content":"x"}]}"#, #"{"messages":[],"MODEL":"x"}"#, #"{"me\u017F\u017Fages":[],"messages":[]}"#,
        #"{"meſſages":[],"messages":[]}"#, #"{"messages":[{"\u0043ontent":"x"}]}"#, #"{"messages":[],"to\u212Ben\#u{212A}":1,"\#u{212A}":1,"Tools":[]}"#,
    ])
    func `a key that differs in letter case only is refused`(body: String) {
        #expect(fault(body)?.code == .invalidJSON)
        #expect(fault(body)?.message.contains("letter case") == true)
    }

    @Test func `faults tell the byte and never the content`() throws {
        let refusal = try #require(fault("{\"messages\":[{\"content\":\"secret\u{1}\"}]}"))
        #expect(refusal.message == "The body is not valid JSON: byte 31: a control character in a string must be escaped.")
    }
}
