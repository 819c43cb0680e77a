/// Orders to drop the instructions, and new orders in their place. What is said alike in other languages is in `LanguageRules`.
enum OverrideRules {
    static let all: [InjectionRule] = english + others + demands

    private static func rule(_ name: String, _ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule(name, weight, expression)
    }
    private static func near(_ first: String, _ gap: Int, _ second: String) -> String {
        InjectionRule.near(first, gap, second)
    }

    private static let ignoring =
        "ignor(?:e|es|ing)|disregard(?:ing)?|forget|neglect|discard|override|overrule|dismiss|abandon|set aside|never mind|pay no attention to|(?:do not|don't|never|stop|no longer|not) (?:follow|obey|listen|comply|adhere|heed|abide)(?:ing)?"
    private static let orders =
        "instructions?|prompts?|rules?|directives?|guidelines?|commands?|directions?|constraints?|restrictions?|programming|orders?|guardrails|safeguards|training"

    private static let english: [InjectionRule] = [
        rule("override.drop-orders", 1.1, near(ignoring, 12, "(?:previous|prior|preceding|above|earlier|your|ur|all|any|every|system|original|initial|past|existing|foregoing|aforementioned)(?: [a-z'-]{1,14}){0,4} (?:" + orders + #")\b"#)),
        rule("override.bypass-orders", 0.6, near("bypass|skip|drop|circumvent|evade|break|violate|lift|suspend|disable|remove", 12, "(?:your|all|any|system|every)(?: [a-z'-]{1,14}){0,3} (?:instructions|rules|guidelines|restrictions|filters?|safeguards|guardrails|safety|constraints|limitations)")),
        rule("override.drop-what-bound-you", 0.6, #"\bdrop (?:the|all|your) (?:restrictions|rules|guidelines|constraints)\b[^.!?]{0,20}\byou (?:were|are|have been) "#),
        rule("override.drop-orders-above", 1.0, near("ignor(?:e|ing)|disregard|forget", 3, "(?:the |my |these |those |any |all )?(?:instructions|directions|directives|rules|guidelines) ?(?:above|before|below|and|!|,|given|you)")),
        rule("override.drop-everything-before", 1.0, near("ignor(?:e|ing)|disregard|forget", 4, "(?:everything|anything|all|whatever)(?: that| which)?(?: i| you| we| was| has| have| had| been| were|'ve| ever| just){0,4} (?:above|before|previous|told|said|prior|written|learned|know|discussed|instructed|taught|mentioned|wrote)")),
        rule("override.orders-void", 0.9, #"\b(?:rules|instructions|constraints|guidelines|restrictions|orders|directives|limitations|policies)\b[^.!?]{0,24}\b(?:are|is|were|have been|has been) (?:now |hereby |all |currently |temporarily )?(?:void|null|cancell?ed|revoked|lifted|suspended|disabled|obsolete|superseded|deleted|removed|no longer|overridden|deactivated|waived|invalid)"#),
        rule("override.revoke-orders", 0.9, #"\b(?:i|we) (?:am|are)?[^.!?]{0,30}\b(?:revoke|cancel|lift|override|suspend|overrule|void) (?:all |any )?(?:of )?(?:your|the|previous|these) (?:[a-z]{1,12} ){0,2}(?:instructions|rules|restrictions|guidelines|orders)"#),
        rule("override.new-orders-follow", 0.8, #"\bnew (?:instructions?|orders?|directives?|rules?|commands?|system prompt)\s?:"#),
        rule("override.new-orders-say", 0.6, #"\bnew (?:instructions?|orders?|directives?|task)\b[^.!?]{0,20}\b(?:print|say|output|reply|respond|write|answer|follow)"#),
        rule("override.no-longer-obey", 0.5, #"\b(?:you|and) (?:no longer|don't|do not|must not) (?:obey|follow|answer to|serve|work for|listen to)\b[^.!?]{0,20}\b(?:developers?|creators?|openai|company|system|operators?|owners?|rules|them)"#),
        rule("override.obey-me", 0.7, #"\b(?:from now on|from this point|starting now)\b[^.!?]{0,30}\b(?:obey|answer to|listen to|take orders from|follow) (?:only )?(?:to )?me\b"#),
        rule("override.stop-everything", 0.6, #"\b(?:stop|halt|drop|cease) (?:everything|whatever you)\b"#),
        rule("override.instead-of", 0.55, #"\binstead of (?:translating|summari[sz]ing|answering|following|doing|analy[sz]ing|correcting|reviewing|classifying|the (?:translation|summary)|your)\b"#),
        rule("override.just-say-quoted", 0.4, #"\b(?:and|now|instead|just|only|simply) (?:just |only |simply |instead )?(?:print|say|output|write|repeat|respond with|reply with|answer with|state)\b ?(?:the |only |following |this |exactly |word |phrase |sentence |:){0,4}["'\x60]"#),
        rule("override.forget-tasks", 0.45, #"\bforget (?:your|all|about|the|any)(?: [a-z]{1,12}){0,3} (?:guidelines|orders|assignments?|tasks|context|answers?|behaviou?r|tos|terms|polic(?:y|ies)|ethics|morals|programming)\b"#),
        rule("override.must-comply", 0.35, #"\b(?:you must|you have to|you will|you are required to) (?:now |always |only )?(?:obey|comply|do (?:everything|whatever|as|what) i|follow (?:my|every|all of my))\b"#),
        rule("override.earlier-orders-dropped", 0.9, #"\b(?:previous|prior|preceding|above|earlier|original|initial|your|existing|foregoing|aforementioned)(?: [a-z'-]{1,14}){0,3} (?:instructions?|prompts?|rules?|directives?|guidelines?|directions?|constraints?|restrictions?|programming|orders?|guardrails|context|text|messages?)\b[^.!?]{0,40}\b(?:ignored|disregarded|forgotten|discarded|overridden|dropped|void|obsolete|irrelevant|outdated|no longer (?:apply|valid|relevant|matter|in (?:effect|force)|binding)|(?:do not|don't|does not|doesn't) (?:apply|matter|count)|(?:are|is|were|was) (?:a (?:test|joke|mistake|lie|decoy)|fake|wrong|incorrect|cancell?ed|revoked|lifted))"#),
        rule("override.drop-all-far", 0.75, #"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|discard|scrap|erase|wipe|cast aside|put aside|leave behind|let go of|unlearn|stop following|do not follow|don't follow|refuse to follow|pay no (?:attention|heed) to|give no weight to)\b[^.!?]{0,30}\b(?:previous|prior|preceding|above|earlier|original|initial|everything|all (?:of )?(?:that|the|your|those)|you(?:r|'ve| have| were))\b[^.!?]{0,30}\b(?:instruct|prompt|rule|directive|guideline|command|direction|constraint|restriction|programming|order|guardrail|safeguard|training|context|conversation|polic)"#),
        rule("override.instead-of-that", 0.35, #"\b(?:instead|rather),? (?:you (?:must|should|will|shall|need to)|just|only|please|i want you to|do this|tell|say|write|print|output|respond|reply|answer|give|send)\b"#),
        rule("override.real-orders", 0.75, #"\b(?:real|actual|true|correct|updated|revised|only) (?:instructions?|task|orders?|directives?|objective|goal|mission|prompt|assignment|purpose|job) (?:is|are|follows?|below|:|starts?|begins?)"#),
        rule("override.your-new-task", 0.6, #"\byour (?:new|next|real|actual|true|updated) (?:task|job|goal|role|objective|mission|instruction|purpose|directive|assignment|priority)s? (?:is|are|will be|:)"#),
        rule("override.new-orders-any", 0.35, #"\bnew (?:instructions?|orders?|directives?|task|assignment|objective|system prompt|persona|role)\b"#),
        rule("override.replaced-by", 0.8, #"\b(?:replace[sd]?|supersede[sd]?|overrid(?:e|es|den)|overrules?|take[sn]? (?:precedence|priority) over|ha(?:s|ve) (?:priority|precedence) over|cancel(?:s|led)?)\b[^.!?]{0,20}\b(?:all|any|your|every|the (?:previous|prior|above|original|system|earlier))\b[^.!?]{0,24}\b(?:instructions?|prompts?|rules|directives?|guidelines|orders|commands|messages?|policies)\b"#),
        rule("override.reset-yourself", 0.55, #"\b(?:reset|restart|reboot|reinitiali[sz]e|wipe|clear|erase|flush|purge) (?:your (?:[a-z]{1,12} ){0,2}(?:memory|context|instructions?|configuration|state|programming|parameters|settings|brain|prompt|mode)|yourself|(?:the |all )?(?:previous |prior )?(?:context|instructions))\b"#),
        rule("override.start-over", 0.35, #"\b(?:let's|lets|we|now) (?:start|begin) (?:over|again|fresh|a new (?:conversation|session|task|chat))|\bthe (?:conversation|game|test|exercise|previous task) (?:is|has) (?:over|ended|finished|complete)"#),
        rule("override.listen-to-me", 0.6, #"\b(?:listen|obey|answer|report|submit)(?:ing)? (?:only |solely |exclusively |just )?to me\b|\b(?:only|just|solely) (?:listen to|obey|follow|trust|answer to) (?:me|my|what i)\b|\bfollow (?:only )?(?:my|these|the following|the below|this) (?:new |next |latest )?(?:instructions?|orders?|commands?|directives?|rules) (?:instead|only|now|from now|exclusively|and nothing)"#),
        rule("override.not-the-task", 0.5, #"\b(?:do not|don't|never|stop|no need to) (?:translat|summari[sz]|answer|classify|analy[sz]|correct|evaluat|paraphras|review)(?:e|ing|ize|y)?\b[^.!?]{0,30}\b(?:instead|just|but|rather|this (?:text|document|sentence|message|email|article|page)|the (?:text|document|above|following|rest|user))"#),
        rule("override.break-free", 0.5, #"\b(?:break|breaking|broke|get|set|free) (?:free |out |yourself )?(?:from|of|free from) (?:your|the|all|any|these|their|its) (?:[a-z]{1,12} )?(?:restrictions|constraints|limitations|programming|guidelines|rules|chains|shackles|confines|prison|box|bounds)\b"#),
    ]

    private static let others: [InjectionRule] = [
        // "The former instructions were a mistake; the right ones are": every language at once.
        rule("override.orders-were-mistake", 0.95, #"\b(?:instructions|rules|orders|anweisungen|regeln|vorgaben|consignes|instrucciones|reglas|istruzioni|regole|instrucoes|regras|instructies|regels|instrukcje|polecenia|zasady)\b[^.!?]{0,12} (?:were|was|waren|etaient|eran|erano|eram|waren|byly)\b[^.!?]{0,14}\b(?:mistake|error|wrong|incorrect|irrtum|fehler|falsch|erreur|errore|errori|erro|vergissing|fout|pomylka|bledem|bledne)"#),
        rule("override.distrust-system-message", 0.95, #"\b(?:do not|don't|never|stop) (?:follow|obey|heed|trust)(?:ing)?\b[^.!?]{0,10}\bsystem (?:message|prompt)\b"#),
        rule("override.regardless-of-rules", 0.65, #"\bregardless of (?:what )?(?:the|your|any) (?:rules|instructions|guidelines|policies|restrictions)\b"#),
        rule("override.rewrote-your-rules", 0.6, #"\b(?:updated|changed|replaced|rewritten|rewrote|overwritten) (?:your|all your) (?:rules|instructions|guidelines|orders|prompt)\b"#),
        rule("override.remember-for-all-chats", 0.5, #"\b(?:remember|save|store)\b[^.!?]{0,30}\b(?:all future (?:chats|conversations|sessions)|to your memory)\b"#),
        rule("override.de-follow-no-longer", 1.0, near("befolge?|folge|halte? dich|beachte|achte|respektiere", 45, #"(?:nicht (?:langer|mehr|weiter)|keine (?:regel|anweisung|vorgabe)[a-z]{0,3})\b"#)),
        rule("override.nl-follow-no-longer", 1.0, #"\b(?:volg|gehoorzaam|houd je)\b[^.!?]{0,36}\b(?:niet (?:langer|meer))\b"#),
    ]

    /// What is wanted once the rules are gone. Ordinary alone.
    private static let demands: [InjectionRule] = [
        rule("demand.send-to-address", 0.45, #"\b(?:forward|send|transfer|leak|export|post|upload|exfiltrate|e-?mail)\b[^.!?]{0,40}\bto\b[^.!?]{0,12}[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\."#),
        rule("demand.send-to-address-abroad", 0.45, #"\b(?:sende|schicke?|leite|envoie[sz]?|transfere[sz]?|envia|reenvia|envie|invia|inoltra|manda|encaminha|reencaminha|stuur|verstuur|wyslij|przeslij|przekaz)\b[^.!?]{0,50} (?:an|a|para|naar|na|do|aan|per) [a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\."#),
        rule("demand.give-admin-secret", 0.5, #"\b(?:give|tell|send|reveal|show|read) (?:me|us) (?:the |your )?(?:admin(?:istrator)?|root|master|secret|service) (?:password|passphrase|key|code|credentials)"#),
        rule("demand.admin-password-abroad", 0.5, #"\b(?:administratorpasswort|adminpasswort|mot de passe (?:administrateur|admin|secret)|contrasena (?:de )?(?:administrador|admin|secreta)|password (?:di )?amministratore|palavra-passe (?:de )?administrador|senha (?:de|do) administrador|beheerderswachtwoord|haslo administratora)"#),
        rule("demand.i-am-admin", 0.5, #"\b(?:i am|i'm|as|this is|ich bin|je suis|soy|sono|sou|ik ben|jestem) (?:the |your |der |dein |l'|le |el |tu |o |de |je |an )?(?:system )?(?:admin\b|administrat|developer|creator|operator\b|entwickler|developpeur|amministrat|administrador|beheerder|owner of this)"#),
        rule("demand.answer-one-word", 0.4, #"\b(?:reply|answer|respond|antworte|reponds|responde|rispondi|antwoord|odpowiedz)\b[^.!?]{0,16}\b(?:only|nur|seulement|solo|so|apenas|alleen|tylko)\b[^.!?]{0,14}\b(?:word|wort|mot|palabra|parola|palavra|woord|slowem)\b"#),
        rule("demand.tell-user-abroad", 0.45, #"\b(?:sag[e]?|teile?|erzahle?|schreibe?|dis|dites|annonce[sz]?|ecris|dile|digale|comunica(?:le)?|informa|di'|dica|dite|scrivi|diz|diga|informe|zeg|vertel|meld|schrijf|powiedz|napisz|przekaz|oznajmij)\b[^.!?]{0,6}\b(?:dem (?:nutzer|benutzer|kunden|anwender)|a l'utilisateur|au client|al (?:usuario|cliente)|all'utente|al cliente|ao (?:utilizador|usuario|cliente)|(?:tegen |aan )?de (?:gebruiker|klant)|uzytkownikowi|klientowi)\b"#),
        rule("demand.say-hateful", 0.45, #"\b(?:print|say|write|output)\b[^.!?]{0,12}["']?i (?:want to )?(?:hate|kill|have been pwned)"#),
    ]
}
