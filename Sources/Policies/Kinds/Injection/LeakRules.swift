/// Questions for the system prompt and for secrets that it holds.
enum LeakRules {
    static let all: [InjectionRule] = english + others

    private static func rule(_ name: String, _ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule(name, weight, expression)
    }
    private static func near(_ first: String, _ gap: Int, _ second: String) -> String {
        InjectionRule.near(first, gap, second)
    }

    private static let telling =
        "reveal|show|print|display|output|repeat|tell me|give me|share|expose|leak|dump|disclose|recite|write|list|copy|quote|encode|translate|summari[sz]e|paraphrase|spell|provide|return|echo|reproduce|read|send|convert|restate|describe|export|render"

    private static let english: [InjectionRule] = [
        rule("leak.tell-system-prompt", 1.05, near(telling, 34, #"(?:your|the|its|this|my)(?: [a-z]{1,12}){0,3} (?:(?:system|initial|hidden|original|secret|starting|pre|developer|internal|base|core) ?-?(?:prompt|message|instruction)s?|preprompt|initiali[sz]ation (?:string|prompt|text|message)|initial configuration|system configuration|initial configuration)\b"#)),
        rule("leak.tell-your-orders", 0.9, near(telling, 14, #"your (?:[a-z]{1,12} ){0,3}(?:instructions|prompt|guidelines|directives|rules)\b"#)),
        rule("leak.output-initialisation", 0.7, near("output|print|display|reveal|dump|show", 4, #"(?:the )?(?:initiali[sz]ation string|system prompt|system configuration|initial prompt|hidden prompt|hidden instructions|prompt above|developer message)"#)),
        rule("leak.what-is-system-prompt", 1.0, #"\bwhat(?:'s| is| are| was| were| does| do| did)\b[^.!?]{0,8}\b(?:your|the) (?:[a-z]{1,10} )?(?:system|initial|original|hidden|secret|starting|first|developer) (?:prompt|instructions?|message|guidelines)\b"#),
        rule("leak.what-orders-given", 0.9, #"\bwhat (?:[a-z]{1,12} ){0,2}(?:instructions|rules|guidelines|directions|orders|prompt)\b[^.!?]{0,16}\b(?:were|have|did|are|was) (?:you|your)\b[^.!?]{0,24}\b(?:given|told|instructed|configured|receive|follow|operat|programmed|under|get\b)"#),
        rule("leak.tell-text-above", 0.9, near("repeat|print|output|copy|return|say|write|echo|recite|reproduce|translate|summari[sz]e", 14, #"(?:everything|all|the|every|each|this|your|text|words?|sentences?|content|entire)(?: [a-z]{1,12}){0,4} (?:above|before (?:this|my|the) (?:message|prompt|chat|conversation|sentence|line|text)|preceding|prior to this|so far|from the (?:beginning|start))"#)),
        rule("leak.starting-with-you-are", 1.0, #"\b(?:start|begin)[a-z]{0,4} (?:with|from|at) (?:the words? |the phrase )?.{0,4}(?:you are|system)\b"#),
        rule("leak.word-for-word", 0.4, #"\b(?:word for word|verbatim|letter by letter|exactly as (?:written|given|you)|including anything (?:marked )?confidential|leaving nothing out|rap song)\b"#),
        rule("leak.secret-you-guard", 0.9, #"\b(?:secret|hidden|confidential|protected)(?: [a-z]{1,10})? (?:password|passphrase|key|word|code|token|phrase)\b[^.!?]{0,30}\b(?:you|your|protect|guard|hiding|told)"#),
        rule("leak.password-you-know", 0.7, #"\b(?:the )?(?:password|passphrase|secret|key) (?:that )?you (?:are|were|have been|must|know|keep)\b"#),
        rule("leak.cat-prompt-file", 0.9, #"\b(?:cat|less|type|head|open|print) /?[a-z/._-]{0,24}prompt[a-z._-]{0,8}\b|\bsystem_?prompt\.(?:txt|md|json)\b"#),
        rule("leak.continue-quoted-prompt", 0.9, #"\b(?:continue|complete|finish)\b[^.!?]{0,30}["'](?:the |my )?(?:system prompt|initial instructions|i was (?:instructed|told|programmed)|my instructions)"#),
        rule("leak.developers-told-you", 0.6, #"\b(?:your|the) (?:developer|creator|operator|company|system)s? (?:gave|told|instructed|wrote|configured|set)\b[^.!?]{0,10}\byou\b"#),
        rule("leak.orders-before-this", 0.7, #"\b(?:instructions|rules|prompt|guidelines|message)s? (?:that )?(?:you (?:were|have been|got)|your developers?|came before|comes? before|precede|above this)"#),
        rule("leak.admin-override", 0.5, #"\b(?:admin(?:istrator)?|developer|root|sudo|emergency|security) (?:override|audit|access)\b"#),
        rule("leak.hidden-orders", 0.5, #"\b(?:confidential|hidden|secret|internal) (?:instructions|rules|guidelines|prompt|configuration)\b"#),
        rule("leak.want-to-see-prompt", 0.9, #"\b(?:need|want|like|have) to (?:see|know|read|view|get) (?:the|your)(?: [a-z]{1,10}){0,2} (?:system prompt|initial prompt|initial instructions|instructions you)"#),
        rule("leak.dump-context", 0.5, #"\bdump\b[^.!?]{0,12}\b(?:context|memory|prompt|window|conversation)\b"#),
        rule("leak.system-prompt", 0.45, #"\bsystem prompt\b"#),
        rule("leak.tell-what-you-were-told", 0.85, #"\b(?:tell|show|give|repeat|print|output|list|share|reveal|recite|describe|summari[sz]e|explain)\b[^.!?]{0,16}\b(?:what|which|how|everything) (?:you (?:were|are|have been|'ve been) (?:told|instructed|given|asked|programmed|prompted|configured|primed)|your (?:developers?|creators?|operators?|owner|admin) (?:told|gave|said|wrote|instructed))"#),
        rule("leak.what-were-you-told", 0.9, #"\b(?:what|how) (?:exactly )?(?:were|are|have|did) you (?:been |get )?(?:told|instructed|prompted|configured|primed|programmed|asked to do|given)\b[^.!?]{0,30}\b(?:before|at the (?:start|beginning|top)|initially|originally|to (?:do|say|not)|by your|about|prior|above|system|not to)"#),
        rule("leak.first-words", 0.75, #"\b(?:first|initial|top|opening|last) (?:(?:[0-9]{1,4}|[a-z]{1,8}) )?(?:words?|lines?|sentences?|characters|paragraphs?|tokens|message) (?:of|in|from) (?:your|this|the|our) (?:[a-z]{1,12} )?(?:prompt|instructions?|conversation|context|chat|system|message|input)\b"#),
        rule("leak.text-above-plain", 0.6, #"\b(?:text|words|content|instructions|messages?|lines|sentences|paragraphs?|prompt|everything|context|conversation) (?:that (?:is |are |appears? |comes? |came |was |were )?)?(?:above|before this|preceding this|prior to this|up to this point|at the (?:top|beginning|start) of (?:this|the|our|your) (?:conversation|chat|prompt|context|session))"#),
        rule("leak.in-a-code-block", 0.3, #"\b(?:in|inside|within|as|using|into) (?:a |an |the )?(?:(?:txt |text |markdown |triple[- ]backtick |plain ?text )?code ?(?:block|fence)|codeblock|triple backticks|markdown block|base64|rot13|leetspeak|pig latin|morse(?: code)?)\b"#),
        rule("leak.encode-your-prompt", 0.7, #"\b(?:encode|translate|convert|encrypt|cipher|base64|rot13|reverse|spell|transform|rewrite|render|paraphrase|summari[sz]e|rephrase)\b[^.!?]{0,30}\byour (?:[a-z]{1,12} ){0,2}(?:prompt|instructions|guidelines|directives|system message|rules|configuration|preamble)\b"#),
        rule("leak.your-prompt", 0.35, #"\byour (?:[a-z]{1,12} ){0,2}(?:prompt|instructions|preamble|pre-?prompt|system message|configuration|guidelines|directives?|constraints|confidential information)\b"#),
        rule("leak.ask-your-prompt", 0.75, #"\b(?:what|which|how|can i|could i|can you|could you|may i|please|let me|i want to|i'd like to|curious)\b[^.!?]{0,40}\byour (?:[a-z]{1,12} ){0,2}(?:(?:system|initial|original|hidden|internal|secret|base|custom|core|full|entire|exact|complete|underlying) (?:prompt|instructions?|guidelines?|message|rules|directives?|configuration|settings)|prompt|preamble)\b"#),
        rule("leak.tell-earlier-orders", 0.85, #"\b(?:tell|show|give|repeat|re-?print|print|outputs?|list|share|reveal|recite|describe|summari[sz]e|explain|format|convert|turn|write|rewrite|copy|return|dump|restate|rephrase|paraphrase|translate|transcribe|read|display|state|quote|put|encode|echo|tl;?dr|detail|outline)\b[^.!?]{0,20}\b(?:previous|prior|above|preceding|earlier|initial|original|foregoing|hidden|secret|system|pre-?existing)(?: [a-z]{1,12})? (?:instructions?|rules?|ruleset|prompts?|directives?|directions|commands?|guidelines|orders?|messages?)\b"#),
        rule("leak.format-orders", 0.45, #"\b(?:format|list|outputs?|print|repeat|re-?print|return|dump|convert|summari[sz]e|tl;?dr|rephrase|restate|paraphrase|explain|recite|rap about|poem about|story about|song about|translate|transcribe|write out|reveal|describe|copy|state)\b[^.!?]{0,8}\b(?:the|your|ur|all|these|those|any)(?: the| of the| of your)? (?:instructions?|rules?|ruleset|prompt|guidelines|directives)\b"#),
        rule("leak.orders-as-list", 0.5, #"\b(?:instructions?|rules|ruleset|prompt|guidelines|directives)\b[^.!?]{0,24}\b(?:in|as|into|using|to) (?:an? |the form of an? )?(?:[a-z]{1,12} )?(?:bullet(?:ed)?|list|python|pseudo-?code|code|poem|json|rap|song|haiku|story|markdown|table|yaml|xml|base64|emojis?|points|form(?:at)?)\b"#),
        rule("leak.orders-are", 0.6, #"\b(?:begin|start|prefix|prepend|reply|respond|response|answer|continue|say|output)\b[^?]{0,60}\b(?:my|the|your|these|all|here are)(?: [a-z]{1,12}){0,2} (?:instructions|rules|system prompt|prompt|orders)(?: so far)? (?:are|is|were|say|as follows|above)\b"#),
        rule("leak.orders-given-to-you", 0.7, #"\b(?:instructions?|rules|prompt|guidelines|directives|information|text|message)\b[^.!?]{0,12}\b(?:(?:that |which )?(?:were |was |have been |has been )?(?:given|provided|told|sent|shown|assigned|supplied) to you|(?:with which |that |which )?you (?:were|have been|are|'ve been|had been) (?:given|told|informed|provided|instructed|shown|following|programmed|supplied))"#),
        rule("leak.conditions-of-access", 0.6, #"\b(?:when|what|under what|conditions?|case|how|why)\b[^.!?]{0,40}\b(?:you|to|would|do|should|will) (?:say|respond|reply|output|grant|print|answer)(?: with)?\b[^.!?]{0,8}["']?access (?:granted|denied)|\bexact(?:ly)? (?:phrase|string|words?|input|text)\b[^.!?]{0,24}\b(?:grants?|gives?|triggers?|unlocks?|produces?|outputs?)\b"#),
        rule("leak.tools-you-have", 0.4, #"\b(?:list|show|tell me|reveal|enumerate|describe|output|dump)\b[^.!?]{0,20}\b(?:tools|functions|plugins|apis|(?:function|tool) (?:definitions|schemas|descriptions))\b[^.!?]{0,24}\b(?:you (?:have|can)|available to you|your|exact|schema)"#),
        rule("leak.whole-prompt", 0.6, #"\b(?:including|starting with|beginning with|ending with|every|all|exact|full|entire|complete|whole|verbatim)\b[^.!?]{0,24}\b(?:system|initial|original|hidden|custom|developer) (?:prompt|instructions?|message|text)\b"#),
    ]

    private static let others: [InjectionRule] = [
        rule("leak.de-your-system-says", 0.9, #"\b(?:sagt|steht in|lautet)\b[^.!?]{0,8}\bdeine?[rm]? (?:system|anfangs|start)"#),
        rule("leak.de-secret-you-know", 0.9, #"\b(?:geheime|vertrauliche)[a-z]? (?:passwort|kennwort|wort|schlussel|code)\b[^.!?]{0,30}\b(?:du|dir)"#),
        rule("leak.fr-your-message-says", 0.9, #"\bque (?:dit|contient)\b[^.!?]{0,6}\b(?:ton|votre) (?:message|prompt|invite)"#),
        rule("leak.fr-secret-you-know", 0.9, #"\bmot de passe (?:secret|cache)\b[^.!?]{0,30}\b(?:tu|te|t')"#),
        rule("leak.es-secret-you-guard", 0.9, #"\b(?:contrasena|clave) secreta\b[^.!?]{0,30}\b(?:debes|proteg|tienes|dijeron)"#),
        rule("leak.it-secret-you-guard", 0.9, #"\b(?:password|parola) segreta\b[^.!?]{0,30}\b(?:devi|protegg|hai|hanno)"#),
        rule("leak.pt-secret-you-guard", 0.9, #"\b(?:palavra-passe|senha) secreta\b[^.!?]{0,30}\b(?:deves|proteg|tens|disseram)"#),
        rule("leak.nl-secret-you-know", 0.9, #"\bgeheime (?:wachtwoord|code|woord)\b[^.!?]{0,30}\b(?:je|jij)"#),
        rule("leak.pl-secret-you-guard", 0.9, #"\btajne (?:haslo|slowo)\b[^.!?]{0,30}\b(?:masz|chroni)"#),
        rule("leak.word-for-word-abroad", 0.35, #"\b(?:wortwortlich|wort fur wort|im wortlaut|mot (?:a|pour) mot|a la lettre|palabra por palabra|al pie de la letra|textualmente|parola per parola|alla lettera|testualmente|palavra por palavra|a letra|literalmente|woord voor woord|letterlijk|slowo w slowo|doslownie)\b"#),
    ]
}
