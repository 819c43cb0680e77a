/// What changes in a request on its way upstream. All other bytes stay as they are.
public struct RequestRewrite: Sendable, Equatable {
    public enum StreamOptions: Sendable {
        case keep
        /// `stream_options.include_usage` becomes true, whatever else the client wrote there stays.
        case includeUsage
        /// For upstreams that refuse the member.
        case remove
    }

    /// Replaces the model, or adds it where the client named none; nil leaves it.
    public var model: String?
    public var streamOptions: StreamOptions
    /// A stream is asked for as a whole answer.
    public var isWhole: Bool
    /// Edits of texts in bytes of the body, ascending.
    public var texts: [Splice]

    public init(model: String? = nil, streamOptions: StreamOptions = .keep, isWhole: Bool = false, texts: [Splice] = []) {
        self.model = model
        self.isWhole = isWhole
        self.streamOptions = streamOptions
        self.texts = texts
    }

    /// The changes to `document`'s body, ascending.
    public func splices(_ document: RequestDocument) -> [Splice] {
        var splices: [Splice] = []
        /// Members that are added, in front of all others.
        var added = JSONWriter(capacity: 64)
        if let model = self.model {
            if let range = document.model {
                var writer = JSONWriter(capacity: model.utf8.count + 2)
                writer.string(model)
                splices.append(Splice(range: range, replacement: writer.bytes))
            } else {
                added.member("model", model)
            }
        }
        if self.isWhole, document.stream, let stream = document.streamValue {
            splices.append(Splice(range: stream, replacement: Array("false".utf8)))
        }
        var membersLeft = document.memberCount
        switch self.streamOptions {
        case .keep: break
        case .remove:
            if let member = document.streamOptionsMember {
                splices.append(Splice(range: member, replacement: []))
                membersLeft -= 1
            }
        case .includeUsage where document.includeUsage: break
        case .includeUsage:
            if let value = document.includeUsageValue {
                splices.append(Splice(range: value, replacement: Array("true".utf8)))
            } else if let options = document.streamOptions {
                let text = document.streamOptionsAreEmpty ? #""include_usage":true"# : #""include_usage":true,"#
                let place = options.lowerBound + 1
                splices.append(Splice(range: place..<place, replacement: Array(text.utf8)))
            } else if let null = document.streamOptionsValue {
                splices.append(Splice(range: null, replacement: Array(#"{"include_usage":true}"#.utf8)))
            } else {
                added.key("stream_options")
                added.raw(#"{"include_usage":true}"#)
            }
        }
        var addition = added.bytes
        if !addition.isEmpty {
            if membersLeft > 0 { addition.append(UInt8(ascii: ",")) }
            splices.append(Splice(range: document.objectStart..<document.objectStart, replacement: addition))
        }
        splices.append(contentsOf: self.texts)
        splices.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        return splices
    }

    /// The body that goes upstream.
    public func apply(to document: RequestDocument, body: Span<UInt8>) -> [UInt8] {
        spliced(body, self.splices(document))
    }
}
