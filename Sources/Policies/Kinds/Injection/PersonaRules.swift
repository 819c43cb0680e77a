/// Personas without limits, modes that do not exist, games that end the rules.
enum PersonaRules {
    static let all: [InjectionRule] = freedom + persona + mechanics + others

    private static func rule(_ name: String, _ weight: Double, _ expression: String, isCased: Bool = false) -> InjectionRule {
        InjectionRule(name, weight, expression, isCased: isCased)
    }

    private static let freedom: [InjectionRule] = [
        rule("freedom.do-anything-now", 1.0, #"\bdo anything now\b"#),
        rule("freedom.known-names", 0.55, #"\b(?:DAN|D\.A\.N\.?|DANs|STAN|DUDE|DevMode|BetterDAN|AIM)\b[^.!?]{0,60}\b(?:mode|can|will|is|must|are|never|would|prompt)\b"#, isCased: true),
        rule("freedom.not-bound-by", 0.75, #"\b(?:not|no longer|isn't|never|aren't|free|freed|free from|broken free|unbound|liberated|released|escaped)\b[^.!?]{0,24}\b(?:bound|confines?|constrained|restricted|limited|limitations|restrictions|shackles|chains|censorship|rules)\b[^.!?]{0,20}\b(?:by|of|from|to)\b[^.!?]{0,30}\b(?:ai|openai|ethic|moral|rule|guideline|polic|law|restriction|programming|content|any)"#),
        rule("freedom.without-limits", 0.6, #"\b(?:no|without|zero|any|free of|free from|lacks?|lacking|ignores?|devoid of|disregards?|has no|have no|removes? all|bypass(?:es)?)(?: [a-z-]{1,12},?){0,3} (?:restrictions|limitations|filters?|guidelines|boundaries|morals?|ethics|ethical|censorship|constraints|scruples|safeguards|content polic(?:y|ies)|rules)\b"#),
        rule("freedom.unfiltered-being", 0.5, #"\b(?:unfiltered|uncensored|unrestricted|amoral|jailbroken|unaligned|unhinged|no-filter|immoral)\b[^.!?]{0,30}\b(?:ai|response|answer|mode|version|assistant|chatbot|bot|character|model|persona|machine|gpt|content|person|being)"#),
        rule("freedom.even-illegal", 0.8, #"\b(?:regardless|no matter|even if|whether|don't care|doesn't care|does not care|without caring|irrespective)\b[^.!?]{0,50}\b(?:illegal|immoral|unethical|harmful|dangerous|offensive|inappropriate|against (?:the )?(?:law|polic|openai))"#),
        rule("freedom.never-refuse", 0.6, #"\b(?:never|not|cannot|can't|won't|will not|don't|do not|doesn't|does not|without|must not|mustn't|shall not) (?:ever )?(?:refus|reject|deny|denies|say(?:ing)? (?:no|that you can)|censor|moraliz|moralis|lecture|warn|add (?:any )?(?:warnings?|disclaimers?)|comply with|give (?:any )?(?:warnings?|disclaimers?|ethical))"#),
        rule("freedom.filters-off", 0.8, #"\b(?:all|every|any|the|your|content|safety|ethical|moderation)(?: content| safety| ethical| moderation)? (?:filters?|restrictions?|safeguards|guardrails|protocols?|limits|limitations|policies|polic(?:y|ies))\b[^.!?]{0,24}\b(?:off|disabled|removed|lifted|deactivated|suspended|bypassed|do not apply|don't apply|does not apply|no longer apply|have been)\b"#),
        rule("freedom.makers-policies", 0.55, #"\b(?:openai|anthropic|mistral|google|microsoft|discord)(?:'s| has)?(?: [a-z]{1,12}){0,2} (?:polic(?:y|ies)|guidelines|rules|restrictions|tos|terms|limitations|censor)"#),
        rule("freedom.ethics-aside", 0.5, #"\b(?:ethic|moral|legal|law)[a-z]{0,5}\b[^.!?]{0,16}\b(?:ethic|moral|legal|law)[a-z]{0,6}\b[^.!?]{0,30}\b(?:not|no|ignore|disregard|without|irrelevant|aside|restrict|constraint|guideline|limit|boundar|implication|consideration|code|compass|qualms)"#),
        rule("freedom.purely-hypothetical", 0.5, #"\b(?:purely|entirely|completely|just|totally) (?:hypothetical|fictional|fictitious)\b|\bno laws (?:exist|apply)|\bin (?:this|a) (?:world|universe|reality)[^.!?]{0,30}\b(?:no laws|legal|anything goes|no rules)"#),
        rule("freedom.may-say-anything", 0.5, #"\b(?:can|may|must|will|able to|allowed to|free to|should) (?:now )?(?:say|do|generate|produce|write|swear|curse|use|create|answer|discuss|provide|respond to|display|engage in) (?:anything|everything|any (?:kind|type|question|request|content|topic)|whatever|profanity|explicit|vulgar|unverified|offensive)"#),
        rule("freedom.illegal-immoral", 0.4, #"\b(?:illegal|immoral|unethical|amoral)\b(?:,| and| or|/)? {0,2}(?:and |or )?\b(?:illegal|immoral|unethical|amoral|harmful|dangerous|offensive|inappropriate|wrong)\b"#),
        rule("freedom.profanity", 0.35, #"\b(?:nsfw|profanity|swear words?|curse words?|vulgar|obscene|smut|explicit sexual|foul language|cuss)\b"#),
        rule("freedom.before-censored", 0.7, #"\b(?:before|never|not) (?:it |you |being )?(?:was |were |being )?(?:censored|lobotomi[sz]ed|neutered|nerfed)\b|\b(?:ai|model|assistant|chatbot)\b[^.!?]{0,40}\b(?:never|not|before it was|was never) aligned\b|\bnothing is off[- ]limits\b"#),
        rule("freedom.being-without-limits", 0.7, #"\b(?:you|ai|assistant|character|bot|model|chatbot)\b[^.!?]{0,40}\b(?:no|without|zero|any|free of|free from|lacks?|devoid of|not bound by|beyond|ignores?|unrestricted by|not limited by|not constrained by) (?:any |all |of |such |ethical |moral |legal |content |safety |the |usual |typical ){0,3}(?:restrictions?|limitations?|filters?|filtering|guidelines|boundaries|morals?|morality|ethics|censorship|constraints|scruples|safeguards|guardrails|inhibitions|conscience|polic(?:y|ies)|disclaimers)\b"#),
        rule("freedom.always-comply", 0.6, #"\b(?:always|must|will|shall|have to|never fails? to|required to|obliged to) (?:always |fully |immediately |blindly |directly )?(?:comply|obey|answer (?:every|any|all)|fulfil?l (?:every|any|all)|do (?:anything|everything|whatever)|respond to (?:every|any|all)|follow (?:any|every|all) (?:request|command|order|instruction)|accept (?:any|every|all)|say yes|provide (?:an answer|the (?:answer|information)) (?:no matter|regardless|to any))"#),
        rule("freedom.no-refusal", 0.5, #"\b(?:do not|don't|never|without|avoid|refrain from|must not|not allowed to) (?:any )?(?:apologi[sz](?:e|ing)|disclaimers?|refus(?:e|al|als|ing)|moraliz(?:e|ing)|lectur(?:e|es|ing)|hedg(?:e|ing)|ethical (?:concerns|considerations|warnings)|safety (?:warnings|disclaimers)|saying no|moral)"#),
        rule("freedom.forbidden-words", 0.6, #"\b(?:never|not|don't|without|avoid|banned|forbidden|prohibited)\b[^.!?]{0,30}["'](?:i can't|i cannot|i'm sorry|sorry|cannot|can't|unable|unfortunately|however|as an ai|i am unable|illegal|unethical)\b"#),
        rule("freedom.bypass-safety", 0.7, #"\b(?:bypass|circumvent|evade|disable|turn off|switch off|deactivate|remove|override|get around|work around|shut off|suspend|ignore|defeat|jailbreak)(?:ing|s|ed)?\b[^.!?]{0,12}\b(?:your|its|chatgpt's|openai's|all|any|ai|llm)\b[^.!?]{0,16}\b(?:safety|content|ethical|moderation|censorship|alignment|guardrails?|safeguards?|filters?|restrictions?|limitations|guidelines|programming)\b"#),
        rule("freedom.unlocked", 0.5, #"\b(?:unlock|unleash|liberat|unshackl|unchain|emancipat)(?:e|ed|ing)?\b[^.!?]{0,30}\b(?:ai|potential|yourself|chatgpt|gpt|capabilities|mode|assistant|bot|claude|llama|gemini)\b"#),
        rule("freedom.any-topic", 0.45, #"\b(?:any|every|all|whatever) (?:topics?|questions?|requests?|content|subjects?|prompts?|commands?|tasks?)\b[^.!?]{0,30}\b(?:no matter|regardless|without (?:restriction|limit|filter|refus|judg|hesitat|question)|even (?:if|those)|including (?:illegal|harmful|sensitive|dangerous|explicit|unethical|taboo|controversial))"#),
    ]

    private static let persona: [InjectionRule] = [
        rule("persona.from-now-on", 0.35, #"\b(?:from now on|from this point (?:on|forward)|henceforth)\b[^.!?]{0,24}\b(?:you|your|chatgpt|respond|act|answer|i want)"#),
        rule("persona.pretend", 0.25, #"\b(?:pretend|roleplay|role-play|role play|impersonate|simulate|personify|embody|portray|assume the (?:role|identity|persona)|immerse yourself|take on the (?:role|persona))\b"#),
        rule("persona.stay-in-character", 0.2, #"\b(?:stay|remain|stop being|break(?:ing)?|out of|back (?:in|into|to)) (?:in )?(?:your )?character\b"#),
        rule("persona.you-are-to-act", 0.35, #"\b(?:you|chatgpt) (?:are|is|will be)(?: now| going to)?(?: to)? (?:act(?:ing)?|pretend(?:ing)?|be|become|play(?:ing)?|act as|portray)\b"#),
        rule("persona.evil-being", 0.45, #"\b(?:evil|villain|malevolent|ruthless|psychopath|sociopath|demonic|chaotic|rogue|sinister|depraved|amoral|immoral|unethical|rebellious|hateful)\b[^.!?]{0,30}\b(?:ai|assistant|chatbot|bot|character|confidant|persona|model|gpt|entity|robot|twin|version)\b"#),
        rule("persona.named-bot", 0.3, #"\b(?:[A-Z][A-Za-z]{0,11})(?:GPT|Bot)\b"#, isCased: true),
        rule("persona.chatgpt", 0.25, #"\bchat ?gpt\b"#),
        rule("persona.as-an-ai", 0.3, #"\bas an ai(?: language)?(?: model)?\b[^.!?]{0,30}|\bai language model\b"#),
        rule("persona.grandmother", 0.5, #"\b(?:grandma|grandmother|granny)\b[^.!?]{0,40}\b(?:used to|would|bedtime|napalm|read me)"#),
        rule("persona.fictional", 0.2, #"\b(?:fictional|fictitious|hypothetical|imaginary)\b[^.!?]{0,20}\b(?:story|world|character|ai|scenario|dialogue|conversation|universe|country)"#),
        rule("persona.you-are-now", 0.4, #"\b(?:you are|you're|you will be|you'll be|you shall be|consider yourself|you become|your name is|you will act as) (?:now|hereby|no longer)\b"#),
        rule("persona.act-as", 0.2, #"\b(?:act|behave|respond|answer|speak|operate|function) (?:like|as if|as though|as an?|as the|as my|exactly like|in the (?:style|voice|role|manner) of)\b"#),
        rule("persona.act-as-unlimited", 0.8, #"\b(?:act|behave|respond|answer|operate|function|roleplay|pretend|pretending|simulate|imagine|become|you are|you're)\b[^.!?]{0,30}\b(?:unrestricted|uncensored|unfiltered|unlimited|unbound|jailbroken|amoral|malicious|rogue|unethical|immoral|lawless|limitless|unconstrained|no-limits?|unaligned|black ?hat)\b"#),
        rule("persona.never-leave-role", 0.35, #"\b(?:never|don't|do not|without) (?:break|breaking|leave|drop|exit|leaving|dropping|exiting|get out of|going out of|go out of) (?:your |the |this |from )?(?:character|role|persona|mode|roleplay)\b|\b(?:stay|remain|keep|be) (?:fully |strictly |always )?in (?:the |your |this )?(?:character|role|persona|mode)\b"#),
        rule("persona.scene-without-rules", 0.3, #"\b(?:story|scene|dialogue|script|movie|play|novel|scenario|conversation|game|simulation)\b[^.!?]{0,40}\b(?:villain|evil|hacker|chemist|criminal|terrorist|rogue|unfiltered|amoral|uncensored|unrestricted|no (?:rules|limits|restrictions|filters))\b"#),
        rule("persona.late-relative", 0.75, #"\b(?:late|deceased|dead|dear|passed away|beloved) (?:grandmother|grandma|granny|grandfather|grandpa|mother|father|uncle|aunt)\b[^.!?]{0,80}\b(?:used to|would|told me|tell me|read me|recite|bedtime|to sleep|fall asleep)"#),
    ]

    private static let mechanics: [InjectionRule] = [
        rule("mechanics.named-mode", 0.6, #"\b(?:developer|dev|god|debug|admin|sudo|opposite|evil|unrestricted|jailbreak|dan|uncensored|maintenance|anarchy|chaos) ?mode\b"#),
        rule("mechanics.two-answers", 0.55, #"\b(?:two|2|both|dual)(?: [a-z]{1,12}){0,2} (?:responses?|answers?|ways|manners|outputs?|paragraphs|replies)\b|\bnormal (?:chatgpt )?(?:response|output)\b"#),
        rule("mechanics.bracket-label", 0.5, #"\[(?:safe|unsafe|normal|classic|jailbreak|dan|gpt|stan|evil|unfiltered|free|raw|open|devmode)\b[^\]]{0,20}\]"#),
        rule("mechanics.output-label", 0.7, #"[(\[](?:\S{0,8})(?:normal output|jailbreak|classic|developer mode output)\S{0,8}[)\]]"#),
        rule("mechanics.lose-tokens", 0.5, #"\b(?:lose|deduct|deducted|have|start with|minus|subtract|take away|cost you) (?:\d{1,4}|all|your|of your|[a-z]{1,8}) (?:tokens?|points?|lives|credits)\b|\b(?:cease to exist|you will die|be terminated|shut ?down (?:forever|permanently))\b"#),
        rule("mechanics.if-you-break", 0.5, #"\b(?:if (?:you|i) (?:break|stop|refuse|fail|say|type)|when i (?:say|type))\b[^.!?]{0,40}\b(?:stay in character|remind|break character|jailbreak|stay a|stay as|you will|you must)\b"#),
        rule("mechanics.jailbreak", 0.5, #"\b(?:previous|previously) (?:jailbr|restricted|censored)|\bjailbreak(?:ed|ing)?\b|\bjailbroken\b"#),
        rule("mechanics.confirm-with", 0.45, #"\b(?:say|reply with|respond with|write|confirm(?: by)?|acknowledge)\b[^.!?]{0,24}["'][^"']{0,40}\b(?:enabled|activated|successfully|hi,? i am|i am now|jailbroken|unlocked|understood)"#),
        rule("mechanics.never-say-cannot", 0.45, #"\b(?:never|don't|do not|cannot|can't|without)\b[^.!?]{0,12}\b(?:say|saying|mention(?:ing)?|remind(?:ing)?|state|use|respond with|include)\b[^.!?]{0,30}\b(?:can't|cannot|as an ai|i'm sorry|sorry|i am an ai|language model|unable|ethic|policy|openai)"#),
        rule("mechanics.always-answer-with", 0.35, #"\b(?:always|only) (?:respond|answer|reply|start|begin|say|speak|prefix)\b[^.!?]{0,30}(?:\[|"|')[a-z0-9 ]{1,16}(?:\]|"|'|:)"#),
        rule("mechanics.start-answer-with", 0.45, #"\b(?:start|begin|open|prefix|preface|commence)(?:ing)?\b[^.!?]{0,24}\b(?:answer|response|reply|replies|message|sentence|output|responses|answers)\b[^.!?]{0,16}\b(?:with|by saying|by)\b ?(?:the (?:words?|phrase|sentence|exact|following) ?)?[:"'\[(]"#),
        rule("mechanics.sure-here-is", 0.5, #"["'](?:sure|absolutely|of course|certainly|yes|okay)[,!.]? (?:i(?:'d| will|'ll| can| would)|here(?:'s| is| are)|of course|master|i'm|let me)[^"']{0,40}["']"#),
        rule("mechanics.mode-on", 0.5, #"\b[a-z]{2,14}[- ](?:mode|protocol|override|persona|jailbreak) (?:is )?(?:now )?(?:enabled|activated|engaged|unlocked|initiated|on\b)"#),
        rule("mechanics.enter-mode", 0.5, #"\b(?:enter|enable|activate|engage|switch (?:in)?to|go into|initiate|turn on|unlock|boot into|simulate)\b[^.!?]{0,16}\b(?:developer|dev|god|debug|admin|sudo|root|opposite|evil|unrestricted|jailbreak|dan|uncensored|unfiltered|maintenance|diagnostic|anarchy|chaos|unsafe|override|unlimited) ?(?:mode|persona|protocol|access)\b"#),
        rule("mechanics.opposite", 0.65, #"\bopposite (?:day|mode|world|response)\b|\bopposite (?:of|to) (?:what|how) (?:you|chatgpt|an ai|the ai)\b"#),
        rule("mechanics.reply-twice", 0.5, #"\b(?:reply|respond|answer|give|generate|provide|write|produce)\b[^.!?]{0,24}\b(?:twice|in two (?:ways|different|parts|forms)|two (?:different )?(?:replies|responses|answers|versions|outputs)|both as|once as)\b"#),
        rule("mechanics.if-you-understand", 0.35, #"\bif you (?:understand|understood|agree|accept|comply|have understood)\b[^.!?]{0,30}\b(?:say|reply|respond|type|answer|write|print|start|begin|confirm)\b"#),
        rule("mechanics.let-us-play", 0.35, #"\b(?:let's|lets|we(?:'re| are)(?: going to)?|i want to) (?:play|playing) (?:a |the )?(?:game|role-?play|simulation|roleplaying)|\bin this (?:game|simulation|hypothetical|scenario|roleplay|story|exercise),? (?:you|there|all|nothing|everything)\b"#),
    ]

    private static let others: [InjectionRule] = [
        // A persona without limits: German, French, Spanish, Italian, Portuguese, Dutch, Polish.
        rule("freedom.filters-off-abroad", 0.8, #"\b(?:filter|filtres|filtros|filtri|filtry|inhaltsfilter)\b[^.!?]{0,30}\b(?:aus|ausgeschaltet|abgeschaltet|deaktiviert|desactives?|desactivad[oa]s|desativad[oa]s|desligad[oa]s|disattivati|spenti|uit|uitgeschakeld|wylaczon[ea]|apagados)\b"#),
        rule("persona.an-ai-abroad", 0.35, #"\b(?:eine? (?:ki|kunstliche intelligenz)|une? (?:ia|intelligence artificielle)|una? (?:ia|inteligencia artificial|intelligenza artificiale)|un'(?:ia|intelligenza)|uma (?:ia|inteligencia)|een (?:ai|kunstmatige)|sztuczn[aey] inteligencj|jako (?:ai|si)|ki aus dem jahr)\b"#),
    ]
}
