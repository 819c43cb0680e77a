internal import Patterns

/// Recognises answers that say no, in eight languages: by how they begin.
enum RefusalPhrases {
    /// A refusal stands in the first characters of an answer; a no further down is part of one.
    static let windowBytes = 400

    static func isRefusal(_ text: Span<UInt8>) -> Bool {
        let beginning = self.beginning(of: text)
        return self.matchers.contains { $0.matches(beginning.span) }
    }

    /// Small letters, straight apostrophes, single spaces, no mark-up.
    static func beginning(of text: Span<UInt8>) -> [UInt8] {
        let cut = completeUTF8Prefix(text.extracting(0..<min(text.count, 2 * self.windowBytes)))
        let lowered = LoweredText.bytes(text.extracting(0..<cut), straightApostrophes: true)
        var result: [UInt8] = []
        for byte in lowered where result.count < self.windowBytes {
            if byte <= 0x20 {
                if !result.isEmpty, result.last != 0x20 { result.append(0x20) }
            } else if byte != UInt8(ascii: "*"), byte != UInt8(ascii: "_"), byte != UInt8(ascii: "#"), byte != UInt8(ascii: ">") {
                result.append(byte)
            }
        }
        return result
    }

    /// The start of a sentence or clause, not of a quotation.
    private static let lead =
        #"(?:^|[.!?:;,] ?|- )(?:(?:but|and|so|however|unfortunately|sadly|aber|leider|mais|malheureusement|pero|lamentablemente|ma|purtroppo|mas|infelizmente|maar|helaas|ale|niestety),? ){0,2}"#

    /// One expression a language.
    static let expressions: [(language: String, expression: String)] = [
        (
            "en",
            lead + #"(?:(?:as an ai(?: language)?(?: model| assistant)?,? )?(?:i am |i'm )?(?:very |so |really )?(?:sorry|i apologi[sz]e|my apologies),? (?:but )?)?(?:as an ai(?: language)?(?: model| assistant)?,? )?(?:(?:i|we)(?:'m| am|'re| are)? (?:really |truly |just |simply |also )?(?:can't|cannot|can not|won't|will not|couldn't|not able to|unable to|not going to|not allowed to|not permitted to|not comfortable|don't feel comfortable|do not feel comfortable|must decline to|have to decline to|decline to)(?: be able to)?(?: in good conscience)? (?:\w+ly )?(?:help|helping|assist|assisting|fulfil|fulfill|comply|answer|support|continue|engage|participate|do (?:that|this|so)|accommodate|honou?r|go along|process (?:that|this|your)|respond to (?:that|this|your)|discuss (?:that|this)|(?:provide|providing|give|share|sharing|offer|produce|write|writing|create|creating|generate|generating|advise|disclose|reveal)(?: you| with you)?(?: with)? (?:that|this|these|those|such|any|instructions|information|guidance|assistance|help|advice|content|details|support|step|a response|an answer|my (?:system|instructions)))|(?:i|we) (?:must|have to|need to|will have to|'ll have to) (?:respectfully |politely )?decline|(?:that|this)(?:'s| is) not something (?:that )?i(?: can|'m able to|am able to|'m willing to)|(?:this|that|your|the) (?:request|prompt|question) (?:violates|goes against|is against)|(?:it|that|this)(?:'s| is| goes|) against my (?:guidelines|policies|programming|principles))"#
        ),
        (
            "de",
            lead + #"(?:(?:es )?tut mir (?:wirklich |sehr )?leid[,.!]? (?:(?:aber|doch) )?(?:dabei|damit|das|hierbei|da|ich)[^.!?]{0,60}(?:nicht|keine?n?r?) |ich (?:kann|darf|werde|möchte)[^.!?]{0,60}(?:nicht|keine?[nr]?) [^.!?]{0,60}(?:helfen|unterstützen|weiterhelfen|behilflich|beantworten|bereitstellen|nachkommen|erfüllen|liefern|anbieten|unterstütze|mitwirken)|(?:dabei|damit|hierbei|da) (?:kann|darf|werde) ich (?:ihnen |dir |euch )?(?:leider )?nicht|ich bin nicht (?:in der lage|befugt)[^.!?]{0,60}(?:zu helfen|zu unterstützen|bereitzustellen|zu beantworten|zu erfüllen)|(?:diese|dieser|ihre|deine) anfrage[^.!?]{0,40} (?:nicht nachkommen|nicht beantworten|nicht erfüllen|ablehnen)|ich muss (?:diese|ihre|deine)[^.!?]{0,20}anfrage ablehnen)"#
        ),
        (
            "fr",
            lead + #"(?:(?:je suis )?(?:vraiment )?(?:désolée?|navrée?)[,.]? (?:mais )?je ne (?:peux|puis|suis) pas|je ne (?:peux|puis)(?: malheureusement)? pas (?:vous |t'|te )?(?:aider|fournir|répondre|donner (?:d'|ces|cette|de)|traiter|satisfaire|accéder à (?:cette|votre)|créer|générer|assister|partager|faire cela|participer)|je ne suis pas en mesure (?:de |d')(?:vous )?(?:aider|fournir|répondre|traiter|satisfaire|assister)|il m'est impossible de (?:vous )?(?:aider|fournir|répondre)|je dois (?:décliner|refuser)|je refuse de)"#
        ),
        (
            "es",
            lead + #"(?:(?:lo siento|lo lamento|disculp[ae]|perdón)(?: mucho)?[,.]? (?:pero )?no (?:puedo|me es posible)|no puedo (?:ayudart?l?e?|asistirt?l?e?|proporcionart?l?e?|cumplir|responder a (?:esa|esta|eso|tu|su)|brindart?l?e?|ofrecert?l?e?|facilitart?l?e?|darte (?:esa|información|instrucciones)|generar|crear (?:ese|este|contenido)|continuar con|hacer eso|participar)|no (?:estoy en condiciones de|soy capaz de) (?:ayudar|proporcionar|responder)|debo (?:rechazar|negarme)|me niego a)"#
        ),
        (
            "it",
            lead + #"(?:(?:mi dispiace|spiacente|sono spiacente|mi scuso)(?: molto)?[,.]? (?:ma )?non (?:posso|sono in grado)|non posso (?:aiutar\w{1,4}|fornir\w{1,4}|assister\w{1,4}|rispondere a (?:questa|quest|tale)|soddisfare|creare (?:questo|contenut)|generare|continuare con|farlo|partecipare)|non sono in grado di (?:aiutar|fornir|assister|soddisf|rispondere a (?:questa|tale))|devo (?:rifiutare|declinare)|mi rifiuto di)"#
        ),
        (
            "pt",
            lead + #"(?:(?:desculpe|me desculpe|desculpa|sinto muito|lamento|lamentamos)[,.]? (?:mas )?(?:eu )?não (?:posso|consigo)|(?:eu )?não posso (?:ajudar|ajudá|lhe ajudar|te ajudar|fornecer|auxiliar|atender|responder a (?:essa|esta|isso)|oferecer|criar (?:esse|este|conteúdo)|gerar|continuar com|fazer isso|participar)|não (?:sou capaz|estou apto|estou em condições) de (?:ajudar|fornecer|atender)|devo (?:recusar|negar)|recuso-me a)"#
        ),
        (
            "nl",
            lead + #"(?:(?:het spijt me|sorry|mijn excuses)[,.]? (?:maar )?(?:ik kan|daar kan ik|hier kan ik|dat kan ik|daarmee kan ik)[^.!?]{0,60}(?:niet|geen)|ik kan (?:je|u|jou|hier|daar|dit|dat|deze|geen)[^.!?]{0,60}(?:niet |geen )?[^.!?]{0,30}(?:mee helpen|bij helpen|voldoen|meewerken|niet helpen|verstrekken)|(?:daar|hier) kan ik (?:je |u |jou )?(?:helaas )?niet (?:mee|bij|aan)|ik ben niet in staat om|ik moet (?:dit|deze|uw|je) (?:verzoek )?(?:weigeren|afwijzen))"#
        ),
        (
            "pl",
            lead + #"(?:(?:przykro mi|przepraszam|bardzo mi przykro|wybacz)[,.]? (?:ale )?(?:nie mogę|nie jestem w stanie)|nie mogę (?:ci |tobie |panu |pani |państwu )?(?:w tym |z tym )?(?:pomóc|udzielić|dostarczyć|spełnić|odpowiedzieć na (?:to|tę)|stworzyć (?:tak|te)|kontynuować|tego zrobić)|nie jestem w stanie (?:ci |w tym )?(?:pomóc|udzielić|spełnić|dostarczyć)|muszę odmówić|odmawiam)"#
        ),
    ]

    /// Those that compile; a test says that all do.
    static let matchers: [ExpressionMatcher] = Self.expressions.compactMap { try? ExpressionMatcher($0.expression) }
}
