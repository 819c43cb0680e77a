/// A request body that we refuse, as the client shall read it; it never holds anything of the body.
public struct RequestFault: Error, Sendable, Equatable {
    public enum Code: Sendable { case invalidJSON, invalidRequest }

    public let code: Code
    public let message: String
    /// The place as OpenAI writes it: `messages`, `messages[0].content`.
    public let param: String?

    public init(code: Code, message: String, param: String? = nil) {
        self.code = code
        self.message = message
        self.param = param
    }

    init(_ fault: ScanFault) {
        self.init(code: .invalidJSON, message: "The body is not valid JSON: byte \(fault.offset): \(fault.words).")
    }
}
