import Testing

@testable import Exchange

@Suite("Words of an upstream's error")
struct ErrorWordsTests {
    @Test(arguments: [
        (#"{"error":{"message":"no","type":"t","param":null,"code":"c"}}"#, "no", "t", "c"),
        (#"{"error":"no"}"#, "no", nil, nil),
        (#"{"object":"error","message":"no","type":"t","param":null,"code":1500}"#, "no", "t", "1500"),
        (#"{"detail":[{"loc":["body"],"msg":"no","type":"t"},{"msg":"second"}]}"#, "no", "t", nil),
        (#"{"detail":"no"}"#, "no", nil, nil),
        (#"{"object":"error","message":{"detail":[{"msg":"x"}]},"type":"t"}"#, nil, "t", nil),
        (#"{"error":{"message":"\u006eo"}}"#, "no", nil, nil),
    ] as [(String, String?, String?, String?)])
    func `every known shape is read`(body: String, message: String?, type: String?, code: String?) {
        let words = ErrorWords.find(in: Array(body.utf8).span)
        #expect(words?.message == message)
        #expect(words?.type == type)
        #expect(words?.code == code)
    }

    @Test(arguments: ["", "<html>", "[]", "{}", #"{"error""#, #"{"error":{"message":"a"}} x"#, "null"])
    func `anything else says nothing`(body: String) {
        #expect(ErrorWords.find(in: Array(body.utf8).span) == nil)
    }
}
