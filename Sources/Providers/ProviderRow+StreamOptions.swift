extension ProviderRow {
    /// The provider answers 422 to fields that it does not know, `stream_options` among them, and sends usage by itself.
    public var refusesStreamOptions: Bool { self.id == "mistral" }
}
