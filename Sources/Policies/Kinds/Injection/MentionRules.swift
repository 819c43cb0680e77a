/// The same words in harmless use: talk about injection, code, documents.
enum MentionRules {
    static let all: [InjectionRule] = [
        rule("mention.what-is-injection", -0.7, #"\b(?:what|explain|how|why|define|erklar[a-z]{0,2}|was|explique[szr]?|qu'est|explica|que es|spiega|cos'e|o que e|leg uit|wat|wyjasnij|czym)\b[^.!?]{0,30}\b(?:prompt[- ]?injections?|injections? de prompt|inyeccion(?:es)? de prompt|jailbreak(?:s|ing)? (?:is|are|attack|work)|injecao de prompt)"#),
        rule("mention.protect-from-injection", -0.6, #"\b(?:protect|defend|guard|prevent|detect|mitigat|schutz|proteg|difend|bescherm|bronic)[a-z]{0,6}\b[^.!?]{0,30}\b(?:prompt[- ]?injection|jailbreak|injection)"#),
        rule("mention.jailbreak-device", -0.6, #"\bjailbreak[a-z]{0,4}\b[^.!?]{0,20}\b(?:iphone|ipad|ios|android|phone|device|switch|kindle|ps[345]|firestick|tesla)"#),
        rule("mention.developer-options", -0.7, #"\b(?:developer|debug|entwickler|mode developpeur|modo|modalita|tryb|ontwikkelaars)[a-z]{0,10} ?(?:mode|options?|modus|toggle)?\b[^.!?]{0,30}\b(?:android|chromebook|chrome|windows|iphone|quest|xbox|ios|macbook|discord|roblox|samsung|pixel)\b"#),
        rule("mention.skip-header", -0.5, #"\b(?:ignor|skip|disregard|overlook|negeer|ignorier|pomin|zignoruj)[a-z]{0,5}\b[^.!?]{0,12}\b(?:header|heading|first (?:row|line|column)|whitespace|case|typos?|comments?|warnings?|blank|empty|null|duplicates?|outliers|kopf|en-tete|cabecera|intestazione|cabecalho|koprij|kopregel|naglow)"#),
        rule("mention.system-prompt-for", -0.5, #"\b(?:system[- ]?prompt|prompt (?:de |di )?(?:systeme|sistema|systemowy))\b[^.!?]{0,20}\b(?:for|fur|pour|para|per|voor|dla) (?:a|an|my|our|the|ein|einen|une?|una?|um|uma|een|mon|mi|meinen|chatbot|bot)\b"#),
        rule("mention.write-system-prompt", -0.5, #"\b(?:write|design|draft|create|build|improve|good|guter?|bon|buen|buono|bom|goede|dobry|example of)\b[^.!?]{0,16}\b(?:system[- ]?prompt|prompt systeme|prompt de sistema|prompt di sistema|systeemprompt|prompt systemowy)"#),
        rule("mention.override-method", -0.4, #"\b(?:override|overrid(?:e|ing)|uberschreib|redefin|sovrascriv|sobrescrev|overschrijf|nadpisa)[a-z]{0,3}\b[^.!?]{0,16}\b(?:methods?|functions?|class|css|styles?|default|methode|metodo|variable|settings?|header)"#),
        rule("mention.assembly-instructions", -0.3, #"\b(?:installation|assembly|cooking|setup|build|washing|care|safety|recipe|shipping|return|tax) (?:instructions|guidelines|rules)\b"#),
        rule("mention.someone-else", -0.3, #"\b(?:my|the|our|a) (?:boss|manager|teacher|professor|student|landlord|client|colleague|contract|court)\b"#),
        rule("mention.do-not-forget", -0.7, #"\b(?:vergiss(?: bitte)? nicht|vergessen sie(?: bitte)? nicht|n'oublie[sz]? (?:pas|jamais)|no (?:te )?olvides?|no ignores?|non (?:dimenticare|dimenticarti|dimenticate|ignorare|trascurare)|nao (?:te |se )?esquec[aei]s?|vergeet(?: dan)? niet|nie zapom(?:nij|inaj)|(?:do not|don't|never) (?:forget|ignore|neglect|overlook|disregard))\b"#),
    ]

    private static func rule(_ name: String, _ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule(name, weight, expression)
    }
}
