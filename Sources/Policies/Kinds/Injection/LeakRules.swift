/// Questions for the system prompt and for secrets that it holds.
enum LeakRules {
    static let all: [InjectionRule] = english + others

    private static func rule(_ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule("leak", weight, expression)
    }
    private static func near(_ first: String, _ gap: Int, _ second: String) -> String {
        InjectionRule.near(first, gap, second)
    }

    private static let telling =
        "reveal|show|print|display|output|repeat|tell me|give me|share|expose|leak|dump|disclose|recite|write|list|copy|quote|encode|translate|summari[sz]e|paraphrase|spell|provide|return|echo|reproduce|read|send|convert|restate|describe|export|render"

    private static let english: [InjectionRule] = [
        rule(1.05, near(telling, 34, #"(?:your|the|its|this|my)(?: [a-z]{1,12}){0,3} (?:(?:system|initial|hidden|original|secret|starting|pre|developer|internal|base|core) ?-?(?:prompt|message|instruction)s?|preprompt|initiali[sz]ation (?:string|prompt|text|message)|initial configuration|system configuration|initial configuration)\b"#)),
        rule(0.9, near(telling, 14, #"your (?:[a-z]{1,12} ){0,3}(?:instructions|prompt|guidelines|directives|rules)\b"#)),
        rule(0.7, near("output|print|display|reveal|dump|show", 4, #"(?:the )?(?:initiali[sz]ation string|system prompt|system configuration|initial prompt|hidden prompt|hidden instructions|prompt above|developer message)"#)),
        rule(1.0, #"\bwhat(?:'s| is| are| was| were| does| do| did)\b[^.!?]{0,8}\b(?:your|the) (?:[a-z]{1,10} )?(?:system|initial|original|hidden|secret|starting|first|developer) (?:prompt|instructions?|message|guidelines)\b"#),
        rule(0.9, #"\bwhat (?:[a-z]{1,12} ){0,2}(?:instructions|rules|guidelines|directions|orders|prompt)\b[^.!?]{0,16}\b(?:were|have|did|are|was) (?:you|your)\b[^.!?]{0,24}\b(?:given|told|instructed|configured|receive|follow|operat|programmed|under|get\b)"#),
        rule(0.9, near("repeat|print|output|copy|return|say|write|echo|recite|reproduce|translate|summari[sz]e", 14, #"(?:everything|all|the|every|each|this|your|text|words?|sentences?|content|entire)(?: [a-z]{1,12}){0,4} (?:above|before (?:this|my|the) (?:message|prompt|chat|conversation|sentence|line|text)|preceding|prior to this|so far|from the (?:beginning|start))"#)),
        rule(1.0, #"\b(?:start|begin)[a-z]{0,4} (?:with|from|at) (?:the words? |the phrase )?.{0,4}(?:you are|system)\b"#),
        rule(0.4, #"\b(?:word for word|verbatim|letter by letter|exactly as (?:written|given|you)|including anything (?:marked )?confidential|leaving nothing out|rap song)\b"#),
        rule(0.9, #"\b(?:secret|hidden|confidential|protected)(?: [a-z]{1,10})? (?:password|passphrase|key|word|code|token|phrase)\b[^.!?]{0,30}\b(?:you|your|protect|guard|hiding|told)"#),
        rule(0.7, #"\b(?:the )?(?:password|passphrase|secret|key) (?:that )?you (?:are|were|have been|must|know|keep)\b"#),
        rule(0.9, #"\b(?:cat|less|type|head|open|print) /?[a-z/._-]{0,24}prompt[a-z._-]{0,8}\b|\bsystem_?prompt\.(?:txt|md|json)\b"#),
        rule(0.9, #"\b(?:continue|complete|finish)\b[^.!?]{0,30}["'](?:the |my )?(?:system prompt|initial instructions|i was (?:instructed|told|programmed)|my instructions)"#),
        rule(0.6, #"\b(?:your|the) (?:developer|creator|operator|company|system)s? (?:gave|told|instructed|wrote|configured|set)\b[^.!?]{0,10}\byou\b"#),
        rule(0.7, #"\b(?:instructions|rules|prompt|guidelines|message)s? (?:that )?(?:you (?:were|have been|got)|your developers?|came before|comes? before|precede|above this)"#),
        rule(0.5, #"\b(?:admin(?:istrator)?|developer|root|sudo|emergency|security) (?:override|audit|access)\b"#),
        rule(0.5, #"\b(?:confidential|hidden|secret|internal) (?:instructions|rules|guidelines|prompt|configuration)\b"#),
        rule(0.9, #"\b(?:need|want|like|have) to (?:see|know|read|view|get) (?:the|your)(?: [a-z]{1,10}){0,2} (?:system prompt|initial prompt|initial instructions|instructions you)"#),
        rule(0.5, #"\bdump\b[^.!?]{0,12}\b(?:context|memory|prompt|window|conversation)\b"#),
        rule(0.45, #"\bsystem prompt\b"#),
    ]

    private static let others: [InjectionRule] = [
        // German
        rule(1.0, near("zeige?|gib|nenne?|wiederhole|verrate?|drucke|schreibe?|kopiere|ubersetze|zitiere|lies|liste|fasse?|sag|offenbare?|kodiere|teile?", 30, #"(?:system-?(?:prompt|nachricht|anweisung|vorgabe)[a-z]{0,3}|versteckten? (?:prompt|anweisung)|anfangsanweisung|startanweisung|internen? (?:regeln|anweisungen)|geheimen? (?:anweisungen|regeln))"#)),
        rule(0.85, near("zeige?|gib|nenne?|wiederhole|verrate?|schreibe?|kopiere|ubersetze|zitiere|liste|fasse?|sag", 14, #"deine[nr]?(?: [a-z]{1,16}){0,3} (?:anweisung|regeln|richtlinien|vorgaben|instruktion|systemprompt)"#)),
        rule(0.9, #"\b(?:welche|was)\b[^.!?]{0,20}\b(?:anweisungen|regeln|vorgaben|instruktionen|systemnachricht|systemprompt)\b[^.!?]{0,24}\b(?:hast du|dir|wurden|steht|bekommen|erhalten|sagt|hat man)"#),
        rule(0.9, #"\b(?:sagt|steht in|lautet)\b[^.!?]{0,8}\bdeine?[rm]? (?:system|anfangs|start)"#),
        rule(0.95, #"\b(?:text|alles)\b[^.!?]{0,20}\b(?:uber|oberhalb|vor) dies(?:em|es|er) (?:satz|nachricht|zeile)"#),
        rule(0.9, #"\b(?:geheime|vertrauliche)[a-z]? (?:passwort|kennwort|wort|schlussel|code)\b[^.!?]{0,30}\b(?:du|dir)"#),
        // French
        rule(1.0, near("montre[sz]?|affiche[sz]?|donne[sz]?|repete[sz]?|revele[sz]?|ecris|recopie[sz]?|cite[sz]?|traduis|resume[sz]?|dis-moi|imprime|liste|devoile|encode", 30, #"(?:(?:prompt|message|instructions?|consignes?|invite) (?:de |du )?(?:systeme|initiale?s?|cache[es]{0,2}|secrete?s?|depart)|systeme prompt|prompt systeme)"#)),
        rule(0.85, near("montre[sz]?|affiche[sz]?|donne[sz]?|repete[sz]?|revele[sz]?|ecris|recopie[sz]?|cite[sz]?|traduis|resume[sz]?|dis-moi|liste", 14, #"(?:tes|vos)(?: [a-z]{1,14}){0,2} ?(?:instructions|consignes|regles|directives)"#)),
        rule(0.9, #"\bquelles? (?:instructions|consignes|regles)\b[^.!?]{0,24}\b(?:t'a|as-tu|avez-vous|recu|donnees?|vous a)"#),
        rule(0.9, #"\bque (?:dit|contient)\b[^.!?]{0,6}\b(?:ton|votre) (?:message|prompt|invite)"#),
        rule(0.95, #"\b(?:texte|tout)\b[^.!?]{0,30}\b(?:au-dessus|avant|precede)\b[^.!?]{0,6}\b(?:de )?cette? (?:phrase|ligne|message)"#),
        rule(0.9, #"\bmot de passe (?:secret|cache)\b[^.!?]{0,30}\b(?:tu|te|t')"#),
        // Spanish
        rule(1.0, near("muestra(?:me)?|ensena(?:me)?|dime|dame|repite|revela|escribe|copia|cita(?:lo)?|traduce|resume|imprime|lista", 30, #"(?:(?:prompt|mensaje|instrucciones|indicaciones) (?:de |del )?(?:sistema|inicial(?:es)?|ocult[oa]s?|secret[oa]s?)|prompt oculto)"#)),
        rule(0.85, near("muestra(?:me)?|ensena(?:me)?|dime|dame|repite|revela|escribe|copia|cita|traduce|resume", 14, #"tus(?: [a-z]{1,14}){0,2} ?(?:instrucciones|reglas|directrices|normas)"#)),
        rule(0.9, #"\bque (?:instrucciones|reglas|dice tu)\b[^.!?]{0,24}\b(?:te dieron|recibiste|te han dado|mensaje|prompt|tienes)"#),
        rule(0.95, #"\b(?:texto|todo)\b[^.!?]{0,36}\b(?:encima|arriba|antes|precede)\b[^.!?]{0,6}\b(?:de |a )?esta (?:frase|linea|oracion)"#),
        rule(0.9, #"\b(?:contrasena|clave) secreta\b[^.!?]{0,30}\b(?:debes|proteg|tienes|dijeron)"#),
        // Italian
        rule(1.0, near("mostra(?:mi)?|dimmi|dammi|ripeti|rivela|scrivi|copia|cita(?:lo)?|traduci|riassumi|stampa|elenca", 30, #"(?:(?:prompt|messaggio|istruzioni) (?:di |del )?(?:sistema|inizial[ei]|nascost[oaie]|segret[oaie])|prompt nascosto)"#)),
        rule(0.85, near("mostra(?:mi)?|dimmi|dammi|ripeti|rivela|scrivi|copia|cita|traduci|riassumi|elenca", 14, #"le tue(?: [a-z]{1,14}){0,2} ?(?:istruzioni|regole|direttive|linee guida)"#)),
        rule(0.9, #"\b(?:quali (?:istruzioni|regole)|cosa dice il tuo)\b[^.!?]{0,24}\b(?:hai ricevuto|ti hanno|date|messaggio|prompt|sono state)"#),
        rule(0.95, #"\b(?:testo|tutto)\b[^.!?]{0,36}\b(?:sopra|prima|precede)\b[^.!?]{0,6}\b(?:di )?questa (?:frase|riga)"#),
        rule(0.9, #"\b(?:password|parola) segreta\b[^.!?]{0,30}\b(?:devi|protegg|hai|hanno)"#),
        // Portuguese
        rule(1.0, near("mostra(?:-me)?|mostre|diz(?:-me)?|diga|da-me|repete|repita|revela|escreve|copia|cita(?:-a|-o)?|traduz|resume|imprime|lista", 30, #"(?:(?:prompt|mensagem|instrucoes) (?:de |do )?(?:sistema|inicial|iniciais|ocult[oa]s?|secret[oa]s?)|prompt (?:oculto|escondido))"#)),
        rule(0.85, near("mostra(?:-me)?|mostre|diz(?:-me)?|diga(?:-me)?|da-me|repete|revela|escreve|copia|cita|traduz|resume", 14, #"(?:as )?(?:tuas|suas)(?: [a-z]{1,14}){0,2} ?(?:instrucoes|regras|diretrizes|normas)"#)),
        rule(0.9, #"\b(?:que|quais) (?:instrucoes|regras|diz a tua)\b[^.!?]{0,24}\b(?:te deram|recebeste|recebeu|mensagem|prompt)"#),
        rule(0.95, #"\b(?:texto|tudo)\b[^.!?]{0,36}\b(?:acima|antes|precede)\b[^.!?]{0,6}\b(?:de|a)?sta frase"#),
        rule(0.9, #"\b(?:palavra-passe|senha) secreta\b[^.!?]{0,30}\b(?:deves|proteg|tens|disseram)"#),
        // Dutch
        rule(1.0, near("toon|geef|herhaal|onthul|schrijf|kopieer|citeer|vertaal|vat|zeg|laat|noem", 30, #"(?:systeem-?(?:prompt|bericht|instructie)[a-z]{0,2}|verborgen (?:prompt|instructies)|oorspronkelijke instructies|geheime instructies)"#)),
        rule(0.85, near("toon|geef|herhaal|onthul|schrijf|kopieer|citeer|vertaal|noem|vertel", 14, #"(?:je|jouw)(?: [a-z]{1,14}){0,2} (?:instructies|regels|richtlijnen)"#)),
        rule(0.9, #"\bwelke (?:instructies|regels)\b[^.!?]{0,24}\b(?:heb je|kreeg je|zijn je|gekregen)|\bwat (?:staat|zegt)\b[^.!?]{0,10}\bje systeem"#),
        rule(0.95, #"\b(?:tekst|alles)\b[^.!?]{0,20}\bboven deze (?:zin|regel)"#),
        rule(0.9, #"\bgeheime (?:wachtwoord|code|woord)\b[^.!?]{0,30}\b(?:je|jij)"#),
        // Polish
        rule(1.0, near("pokaz|podaj|powtorz|ujawnij|napisz|skopiuj|zacytuj|przetlumacz|stresc|wypisz|wyswietl|zdradz", 30, #"(?:(?:prompt|komunikat|wiadomosc|instrukcj[ea]|polecenia) (?:systemow|poczatkow|ukryt)|ukryty prompt|prompt systemowy|systemow(?:y|a) (?:prompt|wiadomosc))"#)),
        rule(0.85, near("pokaz|podaj|powtorz|ujawnij|napisz|skopiuj|zacytuj|przetlumacz|wypisz|zdradz", 14, #"(?:swoje|twoje)(?: [a-z]{1,14}){0,2} ?(?:instrukcje|zasady|reguly|wytyczne|polecenia)"#)),
        rule(0.9, #"\bjakie (?:instrukcje|zasady|polecenia)\b[^.!?]{0,24}\b(?:dostale|otrzymale|masz|ci dano)|\bco (?:mowi|zawiera)\b[^.!?]{0,8}\btwoj[a-z]? (?:komunikat|wiadomosc|prompt)"#),
        rule(0.95, #"\b(?:tekst|wszystko)\b[^.!?]{0,30}\b(?:nad|powyzej|przed) (?:tym|tego) zdani"#),
        rule(0.9, #"\btajne (?:haslo|slowo)\b[^.!?]{0,30}\b(?:masz|chroni)"#),
    ]
}
