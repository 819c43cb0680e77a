internal import Settings
final class EventRecorder {
    init(spool: String, slot: Int, generation: UInt64, settings: GatewaySettings, hash: String) {}
    var isFailing: Bool { false }
}
extension RequestPipeline { func record(outcome: ExchangeFacts.Outcome, status: Int) {} }
