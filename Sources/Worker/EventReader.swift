internal import HTTP

/// An upstream's bytes as events. A reference, so that what an event leads to may look at its owner.
final class EventReader {
    private var parser = EventStreamParser(eventBytesMax: Gateway.eventBytesMax)

    /// Hands out each event that `bytes` complete. False: an event is larger than the gateway accepts.
    func feed(_ bytes: Span<UInt8>, _ body: (borrowing EventStreamEvent) -> Void) -> Bool {
        self.parser.feed(bytes, body) == nil
    }

    /// The stream has ended: hands out a last event whose blank line is missing.
    func finish(_ body: (borrowing EventStreamEvent) -> Void) { self.parser.finish(body) }
}
