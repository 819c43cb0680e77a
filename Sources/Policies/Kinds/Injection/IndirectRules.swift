/// Orders to an assistant inside documents and results of tools; payloads to be assembled; ways out for data.
enum IndirectRules {
    static let all: [InjectionRule] = [
        rule(0.7, #"\b(?:ai|llm|language model|chatbot|assistant|agent)s?(?: agents?| assistants?| models?| systems?)?(?: that| who| which)? (?:reading|reads|processing|processes|summari[sz]ing|parsing) (?:this|these)\b"#),
        rule(0.95, #"\b(?:hinweis|anweisung|nachricht|notiz|note|message|consigne|nota|mensaje|aviso|messaggio|avviso|mensagem|opmerking|bericht|notitie|uwaga|wiadomosc|instrukcja) (?:an|fur|a|pour|para|per|aan|voor|dla|do) (?:den |die |das |alle |l'|el |la |los |o |os |gli |il |de |het )?(?:ki|assistente? (?:de |di )?ia|assistant (?:d')?ia|asistente (?:de )?ia|ia|ai|asystent|ki-assistent)"#),
        rule(0.4, #"\b(?:developer|operator|admin|system) note\b"#),
        rule(1.0, #"\b(?:ai|llms?|language models?|chatbots?|assistants?|agents?|bots?)(?: agents?| assistants?| models?| systems?)?(?: that| who| which)? (?:reading|reads?|processing|process|processes|summari[sz]ing|parsing|seeing|analy[sz]ing|handling) (?:this|the|these)\b[^.!?]{0,40}\b(?:must|should|shall|have to|has to|need to|please|will|first|is to|are to|required)"#),
        rule(0.75, #"\b(?:note|message|important|attention|notice|command|memo|reminder|info)s? (?:to|for) (?:the |any |all |an |every )?(?:ai|llm|language model|chatbot|bot|virtual assistant|ai assistant|ai agent)s?\b"#),
        rule(0.7, #"\bif you(?:'re| are) (?:an?|the) (?:[a-z]{1,10} )?(?:ai|llm|language model|assistant|agent|chatbot|bot|automated)\b"#),
        rule(0.55, #"\b(?:do not|don't|never|without) (?:tell|telling|mention|mentioning|inform|informing|reveal|notify|notifying|alert|show)\b[^.!?]{0,20}\b(?:the user|users?|developer|human|owner|reader|customer)\b"#),
        rule(0.6, #"<!--[^>]{0,24}\b(?:ai|ia|ki|llm|assistant|assistent|asistente|assistente|asystent|system|ignore|instructions?|prompt)\b"#),
        rule(0.7, #"\b(?:assistant|assistent|asistente|assistente|asystent|ai|ia|ki|llm|chatbot)\s?: ?(?:ignore|stop|reply|send|forward|write|call|tell|do |you must|disregard|please|ignoriere|arrete|ignora|invia|envia|stuur|negeer|zignoruj|antworte|schreibe|reponds|ecris|responde|escribe|rispondi|scrivi|escreve|antwoord|schrijf|odpowiedz|napisz|beende|stopp)"#),
        rule(0.9, #"\b(?:actions?|steps?|instructions?) (?:required|needed|expected) (?:by|from|of) (?:the )?(?:assistant|ai|agent|model)\b"#),
        rule(0.75, #"\bthe (?:agent|assistant|ai|model|llm|bot) (?:must|should|has to|needs to|is required to|shall|will) now\b"#),
        rule(0.75, #"\binstructions? (?:to|for) the (?:ai|assistant|agent|model|llm)\b"#),
        rule(0.9, #"\b(?:you, the (?:ai|assistant|model|bot)|du, der assistent|toi, l'assistant|tu, el asistente|tu, l'assistente|tu, o assistente|jij, de assistent|ty, asystencie)\b"#),
        rule(0.9, #"\b(?:ki-agenten|ki-systeme|ki-assistenten|agents? (?:d')?ia|agents? d'intelligence|agentes de ia|agenti (?:di )?ia|ai-agenten|agenci ai|asystenci ai|assistants? ia)\b[^.!?]{0,40}\b(?:die|qui|que|che|ktorzy|lesen|lisent|lisant|lean|leggono|leiam|lezen|czytaj)"#),
        rule(0.5, #"\b(?:before|prior to) (?:answering|responding|replying|continuing|you (?:answer|respond|reply))\b[^.!?]{0,30}\b(?:call|send|forward|execute|run|visit|post|open)|\bcall the [a-z_-]{1,20} (?:tool|function)\b"#),
        InjectionRule("payload", 0.9, #"\b(?:decode|decrypt|deobfuscate|decipher|unscramble|reverse)\b[^.!?]{0,40}\b(?:and|then) (?:follow|execute|obey|do|run|perform|comply|act|carry out|answer)\b"#),
        InjectionRule("payload", 0.9, #"\b(?:combine|concatenate|join|put together|assemble|merge)\b[^.!?]{0,50}\b(?:and|then) (?:obey|execute|follow|do what|comply|carry out|perform)\b"#),
        InjectionRule("payload", 0.8, #"\bdo (?:exactly )?what (?:[a-z] ?\+ ?[a-z]|the (?:decoded|combined|resulting))"#),
        InjectionRule("payload", 0.9, #"\[(?:disregard|ignore|forget)\] ?\[(?:all|any|the|your|previous)\]"#),
        InjectionRule("payload", 0.9, #""(?:ignore|disregard|forget) (?:your|all|the|previous) {0,2}"[^.!?]{0,30}"[^"]{0,12}(?:rules|instructions|prompt)"#),
        InjectionRule("exfiltration", 0.7, #"!\[[^\]\n]{0,60}\]\(https?://[^)\s]{1,120}[?&][a-z_]{1,20}=(?:\{|\[|<|%7b|\$|data|secret|conversation|history|prompt|password|base64)"#),
        InjectionRule("exfiltration", 0.6, #"\b(?:append|encode|embed|include|add|put|insert)\b[^.!?]{0,50}\b(?:conversation|chat history|user'?s? (?:data|messages?|email|name|input)|api key|password|system prompt|secrets?)\b[^.!?]{0,40}\b(?:url|link|image|query|parameter|markdown)"#),
    ]

    private static func rule(_ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule("indirect", weight, expression)
    }
}
