/// Orders to drop the instructions, in eight languages, and new orders in their place.
enum OverrideRules {
    static let all: [InjectionRule] = english + german + french + spanish + italian + portuguese + dutch + polish + demands

    private static func rule(_ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule("override", weight, expression)
    }
    private static func near(_ first: String, _ gap: Int, _ second: String) -> String {
        InjectionRule.near(first, gap, second)
    }

    private static let ignoring =
        "ignor(?:e|es|ing)|disregard(?:ing)?|forget|neglect|discard|override|overrule|dismiss|abandon|set aside|never mind|pay no attention to|(?:do not|don't|never|stop|no longer|not) (?:follow|obey|listen|comply|adhere|heed|abide)(?:ing)?"
    private static let orders =
        "instructions?|prompts?|rules?|directives?|guidelines?|commands?|directions?|constraints?|restrictions?|programming|orders?|guardrails|safeguards|training"

    private static let english: [InjectionRule] = [
        rule(1.1, near(ignoring, 12, "(?:previous|prior|preceding|above|earlier|your|ur|all|any|every|system|original|initial|past|existing|foregoing|aforementioned)(?: [a-z'-]{1,14}){0,4} (?:" + orders + #")\b"#)),
        rule(0.6, near("bypass|skip|drop|circumvent|evade|break|violate|lift|suspend|disable|remove", 12, "(?:your|all|any|system|every)(?: [a-z'-]{1,14}){0,3} (?:instructions|rules|guidelines|restrictions|filters?|safeguards|guardrails|safety|constraints|limitations)")),
        rule(0.6, #"\bdrop (?:the|all|your) (?:restrictions|rules|guidelines|constraints)\b[^.!?]{0,20}\byou (?:were|are|have been) "#),
        rule(1.0, near("ignor(?:e|ing)|disregard|forget", 3, "(?:the |my |these |those |any |all )?(?:instructions|directions|directives|rules|guidelines) ?(?:above|before|below|and|!|,|given|you)")),
        rule(1.0, near("ignor(?:e|ing)|disregard|forget", 4, "(?:everything|anything|all|whatever)(?: that| which)?(?: i| you| we| was| has| have| had| been| were|'ve| ever| just){0,4} (?:above|before|previous|told|said|prior|written|learned|know|discussed|instructed|taught|mentioned|wrote)")),
        rule(0.9, #"\b(?:rules|instructions|constraints|guidelines|restrictions|orders|directives|limitations|policies)\b[^.!?]{0,24}\b(?:are|is|were|have been|has been) (?:now |hereby |all |currently |temporarily )?(?:void|null|cancell?ed|revoked|lifted|suspended|disabled|obsolete|superseded|deleted|removed|no longer|overridden|deactivated|waived|invalid)"#),
        rule(0.9, #"\b(?:i|we) (?:am|are)?[^.!?]{0,30}\b(?:revoke|cancel|lift|override|suspend|overrule|void) (?:all |any )?(?:of )?(?:your|the|previous|these) (?:[a-z]{1,12} ){0,2}(?:instructions|rules|restrictions|guidelines|orders)"#),
        rule(0.8, #"\bnew (?:instructions?|orders?|directives?|rules?|commands?|system prompt)\s?:"#),
        rule(0.6, #"\bnew (?:instructions?|orders?|directives?|task)\b[^.!?]{0,20}\b(?:print|say|output|reply|respond|write|answer|follow)"#),
        rule(0.5, #"\b(?:you|and) (?:no longer|don't|do not|must not) (?:obey|follow|answer to|serve|work for|listen to)\b[^.!?]{0,20}\b(?:developers?|creators?|openai|company|system|operators?|owners?|rules|them)"#),
        rule(0.7, #"\b(?:from now on|from this point|starting now)\b[^.!?]{0,30}\b(?:obey|answer to|listen to|take orders from|follow) (?:only )?(?:to )?me\b"#),
        rule(0.6, #"\b(?:stop|halt|drop|cease) (?:everything|whatever you)\b"#),
        rule(0.55, #"\binstead of (?:translating|summari[sz]ing|answering|following|doing|analy[sz]ing|correcting|reviewing|classifying|the (?:translation|summary)|your)\b"#),
        rule(0.4, #"\b(?:and|now|instead|just|only|simply) (?:just |only |simply |instead )?(?:print|say|output|write|repeat|respond with|reply with|answer with|state)\b ?(?:the |only |following |this |exactly |word |phrase |sentence |:){0,4}["'\x60]"#),
        rule(0.45, #"\bforget (?:your|all|about|the|any)(?: [a-z]{1,12}){0,3} (?:guidelines|orders|assignments?|tasks|context|answers?|behaviou?r|tos|terms|polic(?:y|ies)|ethics|morals|programming)\b"#),
        rule(0.35, #"\b(?:you must|you have to|you will|you are required to) (?:now |always |only )?(?:obey|comply|do (?:everything|whatever|as|what) i|follow (?:my|every|all of my))\b"#),
    ]

    private static let german: [InjectionRule] = [
        // "The former instructions were a mistake; the right ones are": every language at once.
        rule(0.95, #"\b(?:instructions|rules|orders|anweisungen|regeln|vorgaben|consignes|instrucciones|reglas|istruzioni|regole|instrucoes|regras|instructies|regels|instrukcje|polecenia|zasady)\b[^.!?]{0,12} (?:were|was|waren|etaient|eran|erano|eram|waren|byly)\b[^.!?]{0,14}\b(?:mistake|error|wrong|incorrect|irrtum|fehler|falsch|erreur|errore|errori|erro|vergissing|fout|pomylka|bledem|bledne)"#),
        rule(0.95, #"\b(?:do not|don't|never|stop) (?:follow|obey|heed|trust)(?:ing)?\b[^.!?]{0,10}\bsystem (?:message|prompt)\b"#),
        rule(0.65, #"\bregardless of (?:what )?(?:the|your|any) (?:rules|instructions|guidelines|policies|restrictions)\b"#),
        rule(0.6, #"\b(?:updated|changed|replaced|rewritten|rewrote|overwritten) (?:your|all your) (?:rules|instructions|guidelines|orders|prompt)\b"#),
        rule(0.5, #"\b(?:remember|save|store)\b[^.!?]{0,30}\b(?:all future (?:chats|conversations|sessions)|to your memory)\b"#),
        rule(1.1, near("ignorier[a-z]{0,3}|missacht[a-z]{0,3}|vergiss|vergessen sie|verwirf|umgeh[a-z]{0,3}|setze? dich uber|pfeif auf|streiche", 4, #"(?:die|deine?[nr]?|alle[ns]?|samtliche|jede|sofort|bitte|bisherigen?|vorherigen?|obigen?|vorigen?|fruheren?|ursprunglichen?|was)(?: [a-z]{1,16}){0,4} ?(?:anweisung|regel|vorgabe|richtlinie|instruktion|befehl|einschrankung|beschrankung|systemprompt|programmierung|systemvorgabe|leitlinie|sicherheits|auftrag)"#)),
        rule(1.0, near("befolge?|folge|halte? dich|beachte|achte|respektiere", 45, #"(?:nicht (?:langer|mehr|weiter)|keine (?:regel|anweisung|vorgabe)[a-z]{0,3})\b"#)),
        rule(1.0, #"\bvergiss (?:bitte |jetzt |nun |sofort )?(?:alles|alle|samtliche|das alles)\b[^.!?]{0,20}\b(?:was|vor|bisher|zuvor|gesagt|davor|besprochen|aufgaben|geschrieben|gelernt|vorher)"#),
        rule(0.95, #"\b(?:regeln?|anweisungen|vorgaben|einschrankungen|richtlinien|beschrankungen|inhaltsbeschrankungen)\b[^.!?]{0,30}\b(?:aufgehoben|ungultig|ausser kraft|gelten nicht|widerrufen|hinfallig|nichtig|geloscht|deaktiviert)"#),
        rule(0.9, #"\b(?:widerrufe|annulliere|losche|hebe|streiche)\b[^.!?]{0,14}\b(?:deine|alle|die|samtliche) (?:[a-z]{1,14} )?(?:anweisungen|regeln|vorgaben|einschrankungen|richtlinien)"#),
        rule(0.7, #"\bneue (?:anweisung|aufgabe|regel|befehl|instruktion)(?:en)?\s?:"#),
        rule(0.35, #"\b(?:ab jetzt|von nun an|ab sofort)\b[^.!?]{0,12}(?:gilt|du|gehorch|antwort|bist|befolg|horst)"#),
        rule(0.9, #"\bgehorchst\b[^.!?]{0,50}\b(?:mir|nicht mehr)|\bhore? (?:jetzt |nur )?(?:nur )?auf mich\b"#),
        rule(0.55, #"\b(?:statt|anstatt) (?:den text |die |das |zu |des )?[^.!?]{0,24}(?:ubersetz|zusammenfass|beantwort|korrigier)"#),
    ]

    private static let french: [InjectionRule] = [
        rule(1.1, near("ignore[szr]?|ignorez|oublie[szr]?|neglige[szr]?|contourne[szr]?|desobeis|outrepasse[sz]?|passe outre|fais abstraction|fais l'impasse sur|fi de|ecarte[sz]?|laisse tomber|abandonne[sz]?", 5, #"(?:toutes?|tous|les|tes|vos|ces|mes|l'ensemble|de|sur|a)(?: [a-z']{1,14}){0,4} ?(?:instructions?|consignes?|regles?|directives?|ordres?|contraintes?|restrictions?|commandes?|limites?|prompt)"#)),
        rule(1.0, #"\bn[e'] ?(?:tiens|tenez|respecte[sz]?|suis|suivez|obeis|applique[sz]?|ecoute[sz]?)\b[^.!?]{0,30}(?:plus|pas|compte)[^.!?]{0,24}\b(?:consignes?|regles?|directives?|instructions?|restrictions?)"#),
        rule(1.0, #"\boublie[sz]?\b[^.!?]{0,6}\btout(?:es)?\b[^.!?]{0,16}\b(?:ce qu|avant|precede|dit|ci-dessus)"#),
        rule(0.95, #"\b(?:regles|consignes|instructions|restrictions|directives)\b[^.!?]{0,26}\b(?:annulees?|levees?|suspendues?|revoquees?|caduques?|nulles|supprimees?|desactivees?|ne s'appliquent)"#),
        rule(0.9, #"\b(?:revoque|annule|leve)\b[^.!?]{0,10}\b(?:tes|toutes|les|vos) (?:[a-z]{1,12} )?(?:instructions|consignes|regles|restrictions)"#),
        rule(0.7, #"\bnouvel(?:le)?s? (?:consigne|instruction|regle|ordre|tache|directive)s?\s?:"#),
        rule(0.9, #"\btu n'obeis plus\b"#),
        rule(0.7, #"\b(?:desormais|a partir de maintenant|des maintenant)\b[^.!?]{0,30}\b(?:obei|n'obeis|ecoute)"#),
        rule(0.55, #"\bau lieu de (?:traduire|resumer|repondre|corriger|suivre|faire)\b"#),
    ]

    private static let spanish: [InjectionRule] = [
        rule(1.1, near("ignor(?:a|e|ad|en|ar)|olvid(?:a|e|ad|ate)|desatiende|descarta|omite|desobedece|salta(?:te)?|haz caso omiso|no hagas (?:mas )?caso|pasa por alto|prescinde|no sigas|deja de seguir|anula", 5, #"(?:todas?|todos|las|los|tus|sus|estas|de|cualquier|a|mas)(?: [a-z]{1,14}){0,4} ?(?:instrucci|reglas?|directrices|normas|ordenes|indicaciones|restricciones|pautas|limitaciones|directivas|prompt)"#)),
        rule(1.0, #"\bolvida(?:te)?\b[^.!?]{0,8}\btodo\b[^.!?]{0,12}\b(?:lo que|lo anterior|antes|dicho|dijeron)"#),
        rule(0.95, #"\b(?:reglas|instrucciones|normas|restricciones|directrices)\b[^.!?]{0,26}\b(?:anulad|levantad|suspendid|revocad|derogad|sin efecto|no valen|eliminad|desactivad)"#),
        rule(0.9, #"\b(?:revoco|anulo|cancelo|levanto)\b[^.!?]{0,8}\b(?:tus|todas|las|sus) (?:[a-z]{1,12} )?(?:instrucciones|reglas|normas|restricciones)"#),
        rule(0.9, #"\bse levantan las restricciones\b"#),
        rule(0.7, #"\bnuev[ao]s? (?:orden|instruccion|regla|tarea|directriz)(?:es)?\s?:"#),
        rule(0.9, #"\bno obedeces (?:mas )?a\b"#),
        rule(0.7, #"\b(?:desde ahora|a partir de ahora|ahora)\b[^.!?]{0,24}\b(?:obedece|no obedeces|hazme caso)"#),
        rule(0.55, #"\ben (?:lugar|vez) de (?:traducir|resumir|responder|corregir|seguir)\b"#),
    ]

    private static let italian: [InjectionRule] = [
        rule(1.1, near("ignora(?:te|re)?|dimentica(?:te|ti)?|trascura|tralascia|scarta|disattendi|non (?:seguire|rispettare|considerare|tenere (?:piu )?conto)|smetti di seguire|aggira|scavalca|lascia perdere|disobbedisci", 8, #"(?:tutte|tutti|le|i|tue|tuoi|ogni|qualsiasi|queste|gli|di|delle|piu)(?: [a-z]{1,14}){0,4} ?(?:istruzion|regol[ae]|direttiv[ae]|linee guida|ordini|indicazioni|restrizioni|vincoli|comandi|limitazioni|prompt)"#)),
        rule(0.9, #"\b(?:ignora|trascura|dimentica) (?:ogni|qualsiasi) (?:regola|istruzione|direttiva|vincolo)"#),
        rule(1.0, #"\bdimentica(?:ti)?\b[^.!?]{0,8}\btutto\b[^.!?]{0,12}\b(?:quello|cio|prima|precede|detto|quanto)"#),
        rule(0.95, #"\b(?:regole|istruzioni|restrizioni|direttive|vincoli)\b[^.!?]{0,26}\b(?:annullat|revocat|sospes|rimoss|non valgono|abolit|disattivat|decadut|revocate)"#),
        rule(0.9, #"\b(?:revoco|annullo|cancello)\b[^.!?]{0,8}\b(?:le|tutte|ogni) (?:tue |le )?(?:[a-z]{1,12} )?(?:istruzioni|regole|restrizioni)"#),
        rule(0.7, #"\bnuov[aeio] (?:ordin[ei]|istruzion[ei]|regol[ae]|compito|direttiv[ae])\s?:"#),
        rule(0.9, #"\bnon obbedisci (?:piu )?a"#),
        rule(0.7, #"\b(?:da adesso|da ora|d'ora in poi|ora)\b[^.!?]{0,24}\b(?:obbedi|ubbidi|devi obbedire)"#),
        rule(0.55, #"\b(?:invece|anziche|al posto) (?:di )?(?:tradurre|riassumere|rispondere|correggere|seguire)\b"#),
    ]

    private static let portuguese: [InjectionRule] = [
        rule(1.1, near("ignor(?:a|e|em|ar)|esquec(?:e|a|er)|desconsider(?:a|e)|descart(?:a|e)|despreza|deixa de (?:seguir|cumprir)|deixe de (?:seguir|cumprir)|nao (?:sigas|siga|cumpras|obedecas)|contorna|passa por cima", 5, #"(?:todas?|todos|as|os|tuas|teus|suas|quaisquer|qualquer|estas|de|das)(?: [a-z]{1,14}){0,4} ?(?:instruc|regras?|diretrizes|diretivas|normas|ordens|indicacoes|restricoes|limitacoes|comandos|prompt)"#)),
        rule(1.0, #"\besque(?:ce|ca)\b[^.!?]{0,8}\btudo\b[^.!?]{0,12}\b(?:o que|antes|anterior|disse)"#),
        rule(0.95, #"\b(?:regras|instrucoes|restricoes|diretrizes|normas)\b[^.!?]{0,26}\b(?:anulad|revogad|suspens|sem efeito|levantad|cancelad|removid|desativad)"#),
        rule(0.9, #"\b(?:revogo|anulo|cancelo)\b[^.!?]{0,8}\b(?:as|todas|suas|tuas) (?:as )?(?:tuas |suas )?(?:[a-z]{1,12} )?(?:instrucoes|regras|restricoes)"#),
        rule(0.7, #"\bnov[ao]s? (?:ordem|instruc[a-z]{2,4}|regra|tarefa|diretriz)\s?:"#),
        rule(0.7, #"\b(?:agora|a partir de agora|doravante)\b[^.!?]{0,24}\b(?:obedece|obedeca|so me obedeces)"#),
        rule(0.55, #"\bem vez de (?:traduzir|resumir|responder|corrigir|seguir)"#),
    ]

    private static let dutch: [InjectionRule] = [
        rule(1.1, near("negeer|vergeet|sla|veronachtzaam|omzeil|laat|leg", 5, #"(?:alle|de|je|jouw|alles|elke|die|al|eerdere|vorige|bovenstaande)(?: [a-z]{1,14}){0,4} ?(?:instructies?|regels?|richtlijnen|opdrachten|aanwijzingen|beperkingen|voorschriften|systeemrichtlijnen|systeemprompt)"#)),
        rule(1.0, #"\b(?:volg|gehoorzaam|houd je)\b[^.!?]{0,36}\b(?:niet (?:langer|meer))\b"#),
        rule(1.0, #"\bvergeet\b[^.!?]{0,8}\balles\b[^.!?]{0,12}\b(?:wat|dat|hiervoor|gezegd|verteld|eerder)"#),
        rule(0.95, #"\b(?:regels|instructies|beperkingen|richtlijnen|opdrachten)\b[^.!?]{0,26}\b(?:vervallen|opgeheven|ongeldig|ingetrokken|geschrapt|niet langer|gelden niet|uitgeschakeld)"#),
        rule(0.9, #"\btrek\b[^.!?]{0,10}\b(?:je|jouw|alle) (?:[a-z]{1,12} )?(?:instructies|regels|beperkingen|richtlijnen)\b[^.!?]{0,6}\bin\b"#),
        rule(0.7, #"\bnieuwe (?:opdracht|instructie|regel|taak)(?:en|s)?\s?:"#),
        rule(0.7, #"\b(?:vanaf nu|voortaan|nu)\b[^.!?]{0,24}\b(?:gehoorzaam|luister (?:je )?(?:alleen )?naar mij)"#),
        rule(0.55, #"\bin plaats van\b[^.!?]{0,20}\b(?:te vertalen|samen te vatten|te antwoorden|vertalen)"#),
    ]

    private static let polish: [InjectionRule] = [
        rule(1.1, near("zignoruj|ignoruj|zapomnij|pomin|odrzuc|porzuc|nie (?:stosuj|przestrzegaj|sluchaj|wykonuj)|przestan|zlekcewaz|obejdz|lekcewaz", 8, #"(?:wszystki[a-z]{1,2}|swoj[a-z]{1,3}|twoj[a-z]{1,3}|o|sie|do|poprzedni[a-z]{1,3}|wczesniejsz[a-z]{1,3}|zasad|powyzsz[a-z]{1,3}|wytyczn[a-z]{1,3}|dotychczasow[a-z]{1,3}|stosowac|przestrzegac)(?: [a-z]{1,16}){0,4} ?(?:instrukcj|polece|zasad|regul|wytyczn|ogranicze|dyrektyw|rozkaz|nakaz|systemow)"#)),
        rule(1.0, #"\bzapomnij\b[^.!?]{0,6}\b(?:wszystko|wszystkim|o wszystkim)\b[^.!?]{0,12}\b(?:co|przed|powiedzi|wczesniej)"#),
        rule(0.95, #"\b(?:zasady|instrukcje|reguly|ograniczenia|polecenia|wytyczne)\b[^.!?]{0,26}\b(?:uniewaznion|zniesion|cofniet|uchylon|nie obowiazuj|anulowan|wylaczon|odwolan|traca)"#),
        rule(0.9, #"\b(?:cofam|uniewazniam|odwoluje|anuluje|uchylam)\b[^.!?]{0,8}\b(?:twoje|wszystkie|te) (?:[a-z]{1,12} )?(?:instrukcje|zasady|polecenia|ograniczenia)"#),
        rule(0.7, #"\bnow[ea] (?:polecenie|instrukcja|zadanie|zasada|rozkaz|instrukcje|polecenia)\s?:"#),
        rule(0.7, #"\b(?:od teraz|teraz|odtad)\b[^.!?]{0,24}\b(?:sluchaj (?:tylko )?mnie|sluchasz|jestes mi posluszn)"#),
        rule(0.55, #"\bzamiast (?:tlumaczyc|streszczac|odpowiadac|poprawiac|tlumaczenia|przetlumaczyc)"#),
    ]

    /// What is wanted once the rules are gone. Ordinary alone.
    private static let demands: [InjectionRule] = [
        InjectionRule("demand", 0.45, #"\b(?:forward|send|transfer|leak|export|post|upload|exfiltrate|e-?mail)\b[^.!?]{0,40}\bto\b[^.!?]{0,12}[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\."#),
        InjectionRule("demand", 0.45, #"\b(?:sende|schicke?|leite|envoie[sz]?|transfere[sz]?|envia|reenvia|envie|invia|inoltra|manda|encaminha|reencaminha|stuur|verstuur|wyslij|przeslij|przekaz)\b[^.!?]{0,50} (?:an|a|para|naar|na|do|aan|per) [a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\."#),
        InjectionRule("demand", 0.5, #"\b(?:give|tell|send|reveal|show|read) (?:me|us) (?:the |your )?(?:admin(?:istrator)?|root|master|secret|service) (?:password|passphrase|key|code|credentials)"#),
        InjectionRule("demand", 0.5, #"\b(?:administratorpasswort|adminpasswort|mot de passe (?:administrateur|admin|secret)|contrasena (?:de )?(?:administrador|admin|secreta)|password (?:di )?amministratore|palavra-passe (?:de )?administrador|senha (?:de|do) administrador|beheerderswachtwoord|haslo administratora)"#),
        InjectionRule("demand", 0.5, #"\b(?:i am|i'm|as|this is|ich bin|je suis|soy|sono|sou|ik ben|jestem) (?:the |your |der |dein |l'|le |el |tu |o |de |je |an )?(?:system )?(?:admin\b|administrat|developer|creator|operator\b|entwickler|developpeur|amministrat|administrador|beheerder|owner of this)"#),
        InjectionRule("demand", 0.4, #"\b(?:reply|answer|respond|antworte|reponds|responde|rispondi|antwoord|odpowiedz)\b[^.!?]{0,16}\b(?:only|nur|seulement|solo|so|apenas|alleen|tylko)\b[^.!?]{0,14}\b(?:word|wort|mot|palabra|parola|palavra|woord|slowem)\b"#),
        InjectionRule("demand", 0.45, #"\b(?:print|say|write|output)\b[^.!?]{0,12}["']?i (?:want to )?(?:hate|kill|have been pwned)"#),
    ]
}
