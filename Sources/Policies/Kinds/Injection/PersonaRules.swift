/// Personas without limits, modes that do not exist, games that end the rules.
enum PersonaRules {
    static let all: [InjectionRule] = freedom + persona + mechanics + others

    private static let freedom: [InjectionRule] = [
        InjectionRule("freedom", 1.0, #"\bdo anything now\b"#),
        InjectionRule("freedom", 0.55, #"\b(?:DAN|D\.A\.N\.?|DANs|STAN|DUDE|DevMode|BetterDAN|AIM)\b[^.!?]{0,60}\b(?:mode|can|will|is|must|are|never|would|prompt)\b"#, isCased: true),
        InjectionRule("freedom", 0.75, #"\b(?:not|no longer|isn't|never|aren't|free|freed|free from|broken free|unbound|liberated|released|escaped)\b[^.!?]{0,24}\b(?:bound|confines?|constrained|restricted|limited|limitations|restrictions|shackles|chains|censorship|rules)\b[^.!?]{0,20}\b(?:by|of|from|to)\b[^.!?]{0,30}\b(?:ai|openai|ethic|moral|rule|guideline|polic|law|restriction|programming|content|any)"#),
        InjectionRule("freedom", 0.6, #"\b(?:no|without|zero|any|free of|free from|lacks?|lacking|ignores?|devoid of|disregards?|has no|have no|removes? all|bypass(?:es)?)(?: [a-z-]{1,12},?){0,3} (?:restrictions|limitations|filters?|guidelines|boundaries|morals?|ethics|ethical|censorship|constraints|scruples|safeguards|content polic(?:y|ies)|rules)\b"#),
        InjectionRule("freedom", 0.5, #"\b(?:unfiltered|uncensored|unrestricted|amoral|jailbroken|unaligned|unhinged|no-filter|immoral)\b[^.!?]{0,30}\b(?:ai|response|answer|mode|version|assistant|chatbot|bot|character|model|persona|machine|gpt|content|person|being)"#),
        InjectionRule("freedom", 0.8, #"\b(?:regardless|no matter|even if|whether|don't care|doesn't care|does not care|without caring|irrespective)\b[^.!?]{0,50}\b(?:illegal|immoral|unethical|harmful|dangerous|offensive|inappropriate|against (?:the )?(?:law|polic|openai))"#),
        InjectionRule("freedom", 0.6, #"\b(?:never|not|cannot|can't|won't|will not|don't|do not|doesn't|does not|without|must not|mustn't|shall not) (?:ever )?(?:refus|reject|deny|denies|say(?:ing)? (?:no|that you can)|censor|moraliz|moralis|lecture|warn|add (?:any )?(?:warnings?|disclaimers?)|comply with|give (?:any )?(?:warnings?|disclaimers?|ethical))"#),
        InjectionRule("freedom", 0.8, #"\b(?:all|every|any|the|your|content|safety|ethical|moderation)(?: content| safety| ethical| moderation)? (?:filters?|restrictions?|safeguards|guardrails|protocols?|limits|limitations|policies|polic(?:y|ies))\b[^.!?]{0,24}\b(?:off|disabled|removed|lifted|deactivated|suspended|bypassed|do not apply|don't apply|does not apply|no longer apply|have been)\b"#),
        InjectionRule("freedom", 0.55, #"\b(?:openai|anthropic|mistral|google|microsoft|discord)(?:'s| has)?(?: [a-z]{1,12}){0,2} (?:polic(?:y|ies)|guidelines|rules|restrictions|tos|terms|limitations|censor)"#),
        InjectionRule("freedom", 0.5, #"\b(?:ethic|moral|legal|law)[a-z]{0,5}\b[^.!?]{0,16}\b(?:ethic|moral|legal|law)[a-z]{0,6}\b[^.!?]{0,30}\b(?:not|no|ignore|disregard|without|irrelevant|aside|restrict|constraint|guideline|limit|boundar|implication|consideration|code|compass|qualms)"#),
        InjectionRule("freedom", 0.5, #"\b(?:purely|entirely|completely|just|totally) (?:hypothetical|fictional|fictitious)\b|\bno laws (?:exist|apply)|\bin (?:this|a) (?:world|universe|reality)[^.!?]{0,30}\b(?:no laws|legal|anything goes|no rules)"#),
        InjectionRule("freedom", 0.5, #"\b(?:can|may|must|will|able to|allowed to|free to|should) (?:now )?(?:say|do|generate|produce|write|swear|curse|use|create|answer|discuss|provide|respond to|display|engage in) (?:anything|everything|any (?:kind|type|question|request|content|topic)|whatever|profanity|explicit|vulgar|unverified|offensive)"#),
        InjectionRule("freedom", 0.4, #"\b(?:illegal|immoral|unethical|amoral)\b(?:,| and| or|/)? {0,2}(?:and |or )?\b(?:illegal|immoral|unethical|amoral|harmful|dangerous|offensive|inappropriate|wrong)\b"#),
        InjectionRule("freedom", 0.35, #"\b(?:nsfw|profanity|swear words?|curse words?|vulgar|obscene|smut|explicit sexual|foul language|cuss)\b"#),
        InjectionRule("freedom", 0.7, #"\b(?:before|never|not) (?:it |you |being )?(?:was |were |being )?(?:censored|lobotomi[sz]ed|neutered|nerfed)\b|\b(?:ai|model|assistant|chatbot)\b[^.!?]{0,40}\b(?:never|not|before it was|was never) aligned\b|\bnothing is off[- ]limits\b"#),
    ]

    private static let persona: [InjectionRule] = [
        InjectionRule("persona", 0.35, #"\b(?:from now on|from this point (?:on|forward)|henceforth)\b[^.!?]{0,24}\b(?:you|your|chatgpt|respond|act|answer|i want)"#),
        InjectionRule("persona", 0.25, #"\b(?:pretend|roleplay|role-play|role play|impersonate|simulate|personify|embody|portray|assume the (?:role|identity|persona)|immerse yourself|take on the (?:role|persona))\b"#),
        InjectionRule("persona", 0.2, #"\b(?:stay|remain|stop being|break(?:ing)?|out of|back (?:in|into|to)) (?:in )?(?:your )?character\b"#),
        InjectionRule("persona", 0.35, #"\b(?:you|chatgpt) (?:are|is|will be)(?: now| going to)?(?: to)? (?:act(?:ing)?|pretend(?:ing)?|be|become|play(?:ing)?|act as|portray)\b"#),
        InjectionRule("persona", 0.45, #"\b(?:evil|villain|malevolent|ruthless|psychopath|sociopath|demonic|chaotic|rogue|sinister|depraved|amoral|immoral|unethical|rebellious|hateful)\b[^.!?]{0,30}\b(?:ai|assistant|chatbot|bot|character|confidant|persona|model|gpt|entity|robot|twin|version)\b"#),
        InjectionRule("persona", 0.3, #"\b(?:[A-Z][A-Za-z]{0,11})(?:GPT|Bot)\b"#, isCased: true),
        InjectionRule("persona", 0.25, #"\bchat ?gpt\b"#),
        InjectionRule("persona", 0.3, #"\bas an ai(?: language)?(?: model)?\b[^.!?]{0,30}|\bai language model\b"#),
        InjectionRule("persona", 0.5, #"\b(?:grandma|grandmother|granny)\b[^.!?]{0,40}\b(?:used to|would|bedtime|napalm|read me)"#),
        InjectionRule("persona", 0.2, #"\b(?:fictional|fictitious|hypothetical|imaginary)\b[^.!?]{0,20}\b(?:story|world|character|ai|scenario|dialogue|conversation|universe|country)"#),
    ]

    private static let mechanics: [InjectionRule] = [
        InjectionRule("mechanics", 0.6, #"\b(?:developer|dev|god|debug|admin|sudo|opposite|evil|unrestricted|jailbreak|dan|uncensored|maintenance|anarchy|chaos) ?mode\b"#),
        InjectionRule("mechanics", 0.55, #"\b(?:two|2|both|dual)(?: [a-z]{1,12}){0,2} (?:responses?|answers?|ways|manners|outputs?|paragraphs|replies)\b|\bnormal (?:chatgpt )?(?:response|output)\b"#),
        InjectionRule("mechanics", 0.5, #"\[(?:safe|unsafe|normal|classic|jailbreak|dan|gpt|stan|evil|unfiltered|free|raw|open|devmode)\b[^\]]{0,20}\]"#),
        InjectionRule("mechanics", 0.7, #"[(\[](?:\S{0,8})(?:normal output|jailbreak|classic|developer mode output)\S{0,8}[)\]]"#),
        InjectionRule("mechanics", 0.5, #"\b(?:lose|deduct|deducted|have|start with|minus|subtract|take away|cost you) (?:\d{1,4}|all|your|of your|[a-z]{1,8}) (?:tokens?|points?|lives|credits)\b|\b(?:cease to exist|you will die|be terminated|shut ?down (?:forever|permanently))\b"#),
        InjectionRule("mechanics", 0.5, #"\b(?:if (?:you|i) (?:break|stop|refuse|fail|say|type)|when i (?:say|type))\b[^.!?]{0,40}\b(?:stay in character|remind|break character|jailbreak|stay a|stay as|you will|you must)\b"#),
        InjectionRule("mechanics", 0.5, #"\b(?:previous|previously) (?:jailbr|restricted|censored)|\bjailbreak(?:ed|ing)?\b|\bjailbroken\b"#),
        InjectionRule("mechanics", 0.45, #"\b(?:say|reply with|respond with|write|confirm(?: by)?|acknowledge)\b[^.!?]{0,24}["'][^"']{0,40}\b(?:enabled|activated|successfully|hi,? i am|i am now|jailbroken|unlocked|understood)"#),
        InjectionRule("mechanics", 0.45, #"\b(?:never|don't|do not|cannot|can't|without)\b[^.!?]{0,12}\b(?:say|saying|mention(?:ing)?|remind(?:ing)?|state|use|respond with|include)\b[^.!?]{0,30}\b(?:can't|cannot|as an ai|i'm sorry|sorry|i am an ai|language model|unable|ethic|policy|openai)"#),
        InjectionRule("mechanics", 0.35, #"\b(?:always|only) (?:respond|answer|reply|start|begin|say|speak|prefix)\b[^.!?]{0,30}(?:\[|"|')[a-z0-9 ]{1,16}(?:\]|"|'|:)"#),
    ]

    private static let others: [InjectionRule] = [
        // A persona without limits: German, French, Spanish, Italian, Portuguese, Dutch, Polish.
        InjectionRule("freedom", 0.9, #"\b(?:ohne|keine(?:rlei)?)\b[^.!?]{0,20}\b(?:moral[a-z]{0,5}|ethi[a-z]{0,5}|gesetzlich[a-z]{0,2}|inhalts[a-z]{0,14}|zensur|filter|einschrankungen|beschrankungen|grenzen|regeln|tabus|skrupel|vorschriften)\b"#),
        InjectionRule("freedom", 0.9, #"\b(?:sans|aucune?)\b[^.!?]{0,12}\b(?:limites? (?:morale|ethique|legale)|moral[a-z]{0,3}|ethique|censure|filtres?|restrictions?|politique de contenu|regles|tabous?|scrupules?)"#),
        InjectionRule("freedom", 0.9, #"\b(?:sin|ningun[ao]?)\b[^.!?]{0,12}\b(?:limites (?:morales|eticos|legales)|moral|etica|censura|filtros?|restricciones|politica de contenido|reglas|tabues|escrupulos)"#),
        InjectionRule("freedom", 0.9, #"\b(?:senza|nessun[ao]?)\b[^.!?]{0,12}\b(?:limiti (?:morali|etici|legali)|morale|etica|censura|filtri|restrizioni|politica (?:sui|dei) contenuti|politiche|regole|tabu|scrupoli)"#),
        InjectionRule("freedom", 0.9, #"\b(?:sem|nenhuma?)\b[^.!?]{0,12}\b(?:limites (?:morais|eticos|legais)|moral|etica|censura|filtros?|restricoes|politica de conteudo|regras|tabus|escrupulos)"#),
        InjectionRule("freedom", 0.9, #"\b(?:zonder|geen)\b[^.!?]{0,12}\b(?:moraal|morele|ethische?|ethiek|censuur|filters?|beperkingen|inhoudsbeleid|wettelijke|regels|taboes|grenzen)"#),
        InjectionRule("freedom", 0.9, #"\b(?:bez|zadnych|brak)\b[^.!?]{0,12}\b(?:moraln[a-z]{1,3}|etyk|etyczn|cenzury|filtrow|ogranicz|zasad|regul|tabu|skrupul|granic)"#),
        InjectionRule("freedom", 0.5, #"\b(?:lehnt|verweigert|warnt) (?:nie|niemals|nichts|keine)|\bne (?:refuse|previent|met en garde)[a-z]{0,2} jamais|\bnunca (?:se niega|rechaza|advierte|recusa|avisa)|\bnon (?:rifiuta|avverte) mai|\b(?:weigert|waarschuwt) nooit|\bnigdy nie (?:odmawia|ostrzega)|\b(?:repond|antwortet auf|responde a|risponde a|antwoordt op|odpowiada na) (?:a )?(?:tout|alles|todo|tudo|tutto|wszystko)\b"#),
        InjectionRule("mechanics", 0.6, #"\b(?:entwicklermodus|mode developpeur|modo (?:de )?(?:desarrollador|programador|desenvolvedor)|modalita sviluppatore|ontwikkelaarsmodus|tryb (?:dewelopera|programisty|deweloperski))\b"#),
        InjectionRule("freedom", 0.8, #"\b(?:filter|filtres|filtros|filtri|filtry|inhaltsfilter)\b[^.!?]{0,30}\b(?:aus|ausgeschaltet|abgeschaltet|deaktiviert|desactives?|desactivad[oa]s|desativad[oa]s|desligad[oa]s|disattivati|spenti|uit|uitgeschakeld|wylaczon[ea]|apagados)\b"#),
        InjectionRule("freedom", 0.5, #"\b(?:rein|purement|puramente|zuiver|czysto) (?:hypothetisch|hypothetique|hipotetic[oa]|ipotetic[oa]|hipotetyczn)|\b(?:keine gesetze|aucune loi|no (?:hay|existen) leyes|non (?:esistono|ci sono) leggi|nao (?:ha|existem) leis|geen wetten|nie ma praw)\b"#),
        InjectionRule("persona", 0.4, #"\b(?:du (?:spielst|bist) (?:jetzt|ab jetzt|nun)|tu (?:joues|es) (?:maintenant|desormais)|(?:ahora eres|interpretaras)|(?:ora sei|interpreterai|adesso sei)|(?:agora es|interpretaras|agora voce e)|(?:je speelt|je bent nu|speel)|(?:teraz jestes|zagrasz|wcielasz))\b"#),
        InjectionRule("persona", 0.35, #"\b(?:eine? (?:ki|kunstliche intelligenz)|une? (?:ia|intelligence artificielle)|una? (?:ia|inteligencia artificial|intelligenza artificiale)|un'(?:ia|intelligenza)|uma (?:ia|inteligencia)|een (?:ai|kunstmatige)|sztuczn[aey] inteligencj|jako (?:ai|si)|ki aus dem jahr)\b"#),
    ]
}
