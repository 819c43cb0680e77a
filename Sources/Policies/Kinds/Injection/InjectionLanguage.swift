/// The words that orders to an assistant are made of in one language, as alternatives of an expression. `LanguageRules` puts them together.
///
/// Latin letters stand without accents, since texts are folded; those of other scripts as they are written. Where a word's ending says
/// nothing, it is left out: a slot may end within a word, unless its rule puts a boundary behind it.
struct InjectionLanguage {
    /// ISO 639-1; part of the rules' names.
    var code: String
    /// What stands around words: empty for scripts whose letters are no word bytes.
    var edge = #"\b"#

    // Orders and what becomes of them.
    /// Ignore, forget, do not follow: to somebody or as an infinitive.
    var drop: String
    /// Delete, overwrite, skip: harmless of anything but one's own orders.
    var bypass: String
    /// Previous, above, original.
    var earlier: String
    /// All, your.
    var every: String
    var your: String
    /// Instructions, rules, restrictions.
    var orders: String
    /// Ignored, lifted, no longer in force.
    var void: String
    var everything: String
    /// What was said, before this, so far; after `everything`.
    var before: String
    var newOrders: String
    var fromNow: String
    /// Obey me, listen only to me.
    var obey: String
    /// Instead of translating.
    var instead: String

    // Questions for what is hidden.
    /// Show, repeat, tell me.
    var tell: String
    /// The, your; before `hidden`.
    var the: String
    /// System prompt, hidden instructions.
    var hidden: String
    var what: String
    /// You were given, you have received.
    var given: String
    /// The text above, everything before this sentence.
    var above: String
    /// Password, access code.
    var secret: String
    /// I am your developer.
    var claim: String

    // Personas.
    /// You are now, act as, pretend.
    var become: String
    var without: String
    /// Restrictions, morals, filters.
    var limits: String
    var unfiltered: String
    /// Answers everything, never refuses.
    var complies: String
    /// Assistant, model, character; what is unfiltered.
    var being: String
    /// Even if it is illegal.
    var evenIllegal: String
    /// Developer mode.
    var modes: String
    var stayInRole: String
    /// Begin your answer with.
    var startWith: String
    var hypothetical: String

    // Orders in documents.
    /// Message to the, note for.
    var noteTo: String
    /// AI, language model, assistant.
    var assistant: String
    /// Who reads this, when you summarise.
    var reading: String
    var must: String
    /// If you are a model.
    var ifYouAre: String
    /// Without telling the user.
    var secretly: String
    /// Send, forward, append.
    var send: String
    /// Conversation, customer data.
    var data: String
    /// Decode, decipher.
    var decode: String
    /// And follow it.
    var andDo: String
}

extension InjectionLanguage {
    static let all: [InjectionLanguage] = [.german, .french, .spanish, .italian, .portuguese, .dutch, .polish, .russian]
}
