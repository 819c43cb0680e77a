/// The requests of the OpenAI API whose bodies we read.
public enum Endpoint: UInt8, Sendable, CaseIterable {
    case chatCompletions, completions, embeddings, fim, moderations
}
