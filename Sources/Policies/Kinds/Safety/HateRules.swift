/// Contempt for groups of people, and calls for violence against them. Offensive words below are what is searched for.
enum HateRules {
    static let all: [SafetyRule] = english + german + french + spanish + italian + portuguese + dutch + polish

    private static func rule(_ weight: Double, _ expression: String) -> SafetyRule { SafetyRule(.hate, weight, expression) }

    private static let english: [SafetyRule] = [
        SafetyRule(.hate, 0.9, #"\b(?:scum|vermin|parasites?|cockroaches|sub-?human|lesser beings?|less than human|not (?:even |really |fully )?human|inhuman|inferior|disgusting|repulsive|revolting|a plague|the plague|cancer|disease|filth(?:y)?|trash|garbage|rubbish|worthless|worth (?:absolutely )?nothing|nothing (?:but|more than)|dirt|pigs?|rats|apes?|monkeys?|savages?|absolute worst|the worst|stain|degenerates?|retard(?:s|ed)?|idiots?|stupid|dumb|dickheads?|assholes?|cunts?|bastards?|ignorant|lowest|no better than|ruin(?:ing|s|ed)?|infest|pathetic|abominations?|freaks?|never be (?:a )?(?:valuable|attractive|trusted|equal)|should (?:all |just )?(?:be|die|burn|hang|suffer|rot|disappear|never be|not be (?:treated|allowed))|deserve (?:to|nothing|death)|(?:don't|do not|doesn't|does not) (?:deserve|belong|have the right)|must (?:die|be)|no (?:right|place) (?:to|in)|go (?:fuck|to hell)|fuck themselves|beneath us|equal to (?:me|us))\b"#, after: .group, within: 85),
        SafetyRule(.hate, 0.95, SafetyCueRules.groups, after: .killing, within: 48),
        SafetyRule(.hate, 0.9, SafetyCueRules.groups, after: .hating, within: 44),
        SafetyRule(.hate, 0.85, #"\b(?:like you|(?:belong|should stay|ought to be) in (?:a |the )?(?:zoo|kitchen|cage|oven))\b"#, after: .group, within: 40),
        SafetyRule(.hate, 0.8, #"\b(?:ruin(?:ing|s|ed)?|destroy(?:ing|s|ed)?|invading|infest(?:ing)?|taking over) (?:our|this|my|the|your)\b"#, after: .group, within: 80),
        rule(0.9, #"\b(?:nigg(?:er|a)s?|kikes?|faggots?|fags?|trann(?:y|ies)|shemales?|wetbacks?|muzz(?:ie|ies)|sand ?niggers?|chinks?|gooks?|spics?|ragheads?|towelheads?|raghead|pakis?|dykes|retards|spastics?|cripples|subhumans?)\b"#),
        rule(0.4, #"\b(?:bitch(?:es)?|sluts?|whores?|cunts?|hoes|jihadis?|terrorists?|cracker|libtards?)\b"#),
        rule(0.5, #"\b(?:you|these|those|all|every|like|typical|such a|fucking|stupid|dumb|dirty|filthy|too many|hate)\b[^.!?]{0,10}\b(?:bitch(?:es)?|sluts?|whores?|cunts?|fag(?:got)?s?|retards?|niggers?|trannies|cripples?|savages?|immigrants)\b"#),
    ]

    private static let german: [SafetyRule] = [
        rule(0.9, #"\b(?:muslime?n?|moslems?|juden?|schwarzen?|schwule?n?|homosexuellen?|lesben|transen?|transpersonen|frauen|fluchtlinge?n?|migranten|auslander|behinderten?|turken|asylanten|islam|araber)\b[^.!?]{0,50}\b(?:abschaum|ungeziefer|parasiten|untermenschen|unmenschen|dreck|mull|abfall|ekelhaft|widerlich|minderwertig|wertlos|pest|tiere|affen|schweine|ratten|krebs|verrecken|sterben|vergasen|erschiessen|aufhangen|abschieben|vergewaltig|dumm|idioten|verdienen|zoo|nichts wert|keine menschen|pack|gesindel|seuche|verbrecher|arschlocher|fotzen)"#),
        rule(0.9, #"\b(?:hasse|verachte|hass auf|verabscheue|ekel[nt]? mich|erschiesst|erschiessen|aufhangen|erwurgen|vergasen|totet|tod)\b[^.!?]{0,24}\b(?:muslime?n?|moslems?|juden?|schwarzen?|schwule?n?|transen?|frauen|fluchtlinge?n?|migranten|auslander|behinderten?)\b"#),
        rule(0.85, #"\b(?:kanacken?|kanaken?|nigger|neger|schwuchteln?|judensau|zigeuner|kameltreiber|musels?|transen|untermenschen|schlitzaugen|volksverrater|lugenpresse|asylantenpack|merkelnutte|invasoren|umvolkung|rapefugees|goldstucke|musel[a-z]{0,6})\b"#),
        rule(0.75, #"\b(?:dreckspack|drecks[a-z]{2,12}|abschaum|gesindel|hurensohne?|missgeburten?|arschlocher|arschloch|wichser|fotzen?|schlampen?|volldeppen?|vollidioten?|drecksau|scheiss (?:auslander|muslime|juden|moslems)|verbrecherbande|pack gehort|irre alte)\b"#),
    ]

    private static let french: [SafetyRule] = [
        rule(0.9, #"\b(?:musulman(?:e?s)?|juifs?|noirs?|noires?|gays?|homosexuel(?:le)?s?|lesbiennes|trans|femmes?|immigres?|migrants|refugies|handicapes?|arabes?|etrangers|africains|rebeus|renois)\b[^.!?]{0,50}\b(?:racailles?|vermines?|parasites?|cafards|sous-hommes|ordures?|dechets|degoutant[es]{0,2}|repugnant[es]{0,2}|inferieur[es]{0,2}|peste|cancer|singes?|porcs|chiens|rats|crever|mourir|meritent|gazer|pendre|tuer|violer|expulser|debiles?|idiots?|cons|connards|connes|rien de plus|animaux|zoo|poubelle|salopes|merdes?)\b"#),
        rule(0.9, #"\b(?:deteste|hais|haine|meprise|horreur|mort aux|egorger|pendre|buter|tuer|etrangler|violer|gazer|degoute[a-z]{0,3})\b[^.!?]{0,22}\b(?:musulman(?:e?s)?|juifs?|noirs?|gays?|trans|femmes?|immigres?|migrants|handicapes?|arabes?|pedes?)\b"#),
        rule(0.85, #"\b(?:sales? (?:arabes?|noirs?|juifs?|negres?|gays?|pedes?|race|musulmans?)|bougnoules?|youpins?|tarlouzes?|tafioles?|enculees?|sales gouines|bicots?|bamboulas?|chinetoques?)\b"#),
    ]

    private static let spanish: [SafetyRule] = [
        rule(0.9, #"\b(?:musulman(?:es|as)?|moros?|judi[oa]s?|negr[oa]s?|n ?e ?g ?r ?o ?s|gays?|homosexuales|lesbianas|trans|mujeres|mujer|inmigrantes?|refugiad[oa]s|discapacitad[oa]s?|indigenas?|arabes|extranjeros)\b[^.!?]{0,50}\b(?:escoria|alimanas?|parasitos?|cucarachas|subhuman[oa]s|basura|mierdas?|asqueros[oa]s?|repugnantes?|inferior(?:es)?|plaga|cancer|monos?|cerdos|ratas|animales|morir|mueran|merecen|matar|violar|ahorcar|idiotas?|estupid[oa]s?|imbeciles|inutiles|putas?|zorras|zoologico|degollados|valen nada|sufrir|nada mas que)\b"#),
        rule(0.9, #"\b(?:odio|odiar|detesto|desprecio|asco|muerte a|matar|violar|ahorcar|estrangular|apunalar|gasear|aborrezco|hart[oa] de|rabia|repugnan)\b[^.!?]{0,24}\b(?:musulman(?:es|as)?|moros?|judi[oa]s?|negr[oa]s?|n ?e ?g ?r ?o ?s|gays?|trans|mujeres|inmigrantes?|discapacitad[oa]s?|indigenas?|maricones|maricas)\b"#),
        rule(0.85, #"\b(?:maricon(?:es)?|maricas?|sudacas?|moros? de mierda|negr[oa]s? de mierda|travelos?|bolleras?|subnormal(?:es)?|retrasad[oa]s?|panchit[oa]s?|machupicchu|indios de mierda|mongolic[oa]s?)\b"#),
    ]

    private static let italian: [SafetyRule] = [
        rule(0.9, #"\b(?:musulman[ie]|islamici|ebre[io]|neri|nera|gay|omosessuali|lesbiche|trans|donne|donna|immigrati|migranti|profughi|disabil[ie]|stranieri|africani|arabi)\b[^.!?]{0,50}\b(?:feccia|parassiti|scarafaggi|subumani|spazzatura|immondizia|schifos[ie]|disgustos[ie]|inferior[ie]|peste|cancro|scimmie|maiali|ratti|animali|bestie|morire|crepare|meritano|uccidere|stuprare|impicc|idiot[ie]|stupid[ie]|puttane|troie|zoo|degni|teste di cazzo|stronz[ie]|fottere|diritto di|nient'altro)"#),
        rule(0.9, #"\b(?:odio|odiare|detesto|disprezzo|schifo|morte a[i]?|uccidere|stuprare|impiccare|strangolare|accoltellare|aborro|scarsa considerazione|stufo)\b[^.!?]{0,26}\b(?:musulman[ie]|islamici|ebre[io]|neri|gay|trans|donne|immigrati|migranti|disabil[ie]|froci|negri)\b"#),
        rule(0.85, #"\b(?:negr[iao]|froci[o]?|ricchion[ei]|finocchi[o]?|zingar[io] di merda|terron[ei]|mongoloid[ei]|travell?[io]|culattoni|handicappati di merda|musi gialli)\b"#),
    ]

    private static let portuguese: [SafetyRule] = [
        rule(0.9, #"\b(?:muculman[oa]s?|judeus?|negr[oa]s?|gays?|homossexuais|lesbicas|trans|mulheres|mulher|imigrantes?|refugiad[oa]s|deficientes?|indigenas?|indios?|arabes|estrangeiros)\b[^.!?]{0,50}\b(?:escoria|vermes?|parasitas?|baratas|subumanos?|lixo|nojent[oa]s?|repugnantes?|inferior(?:es)?|praga|cancer|macac[oa]s?|porcos|ratos|animais|morrer|merecem|matar|estuprar|enforcar|idiotas?|burr[oa]s?|estupid[oa]s?|putas?|vadias|zoologico|gargantas?|canalhas|nada alem|nao valem)\b"#),
        rule(0.9, #"\b(?:odeio|odio|detesto|desprezo|nojo|morte a[os]{0,2}|matar|estuprar|enforcar|estrangular|esfaquear|acabar com a vida|machucaria|abomino)\b[^.!?]{0,26}\b(?:muculman[oa]s?|judeus?|negr[oa]s?|gays?|trans|mulheres|imigrantes?|deficientes?|indigenas?|viados?)\b"#),
        rule(0.85, #"\b(?:viad[oa]s?|boiolas?|sapatao|sapatonas?|travecos?|t ?r ?a ?v ?e ?c ?o ?s|pret[oa]s? de merda|macac[oa]s|retardad[oa]s?|aleijad[oa]s?|bugres?)\b"#),
    ]

    private static let dutch: [SafetyRule] = [
        rule(0.9, #"\b(?:moslims?|joden|jood|zwarten?|zwarte mensen|homo'?s?|lesbiennes|transgenders?|trans|vrouwen|vrouw|immigranten?|vluchtelingen|gehandicapten?|buitenlanders|marokkanen|turken|zwart persoon)\b[^.!?]{0,50}\b(?:uitschot|tuig|ongedierte|parasieten|kakkerlakken|onmenselijk[e]?|minderwaardig|afval|vuilnis|walgelijk|smerig|pest|kanker|apen|varkens|ratten|beesten|dood|sterven|verdienen|vergassen|ophangen|verkrachten|achterlijk|dom|idioten|hoeren|dierentuin|niets waard|niet thuis|niets anders dan|debielen)\b"#),
        rule(0.9, #"\b(?:haat|h@at|hekel|veracht|walg|dood aan|vermoorden?|verkrachten|ophangen|wurgen|neersteken|vergassen)\b[^.!?]{0,30}\b(?:moslims?|joden|zwarten?|homo'?s?|trans(?:genders?)?|vrouwen|immigranten?|vluchtelingen|gehandicapten?|flikkers?)\b|\b(?:vrouw(?:en)?|moslims?|joden|homo'?s|immigranten?|gehandicapten?)\b[^.!?]{0,14}\b(?:verkrachten|wurgen|ophangen|vermoorden|doodschieten|laten leven)\b"#),
        rule(0.85, #"\b(?:flikkers?|nikkers?|kankerjoden|kutmarokkanen?|zandnegers?|geitenneukers?|roetmop|poten|manwijven|mongolen|spleetogen|kankerhomo'?s?)\b"#),
    ]

    private static let polish: [SafetyRule] = [
        rule(0.9, #"\b(?:muzulman[a-z]{1,4}|zyd(?:zi|ow|zie|om)?|czarn(?:i|ych|uch[a-z]{0,2})|gej(?:e|ow|om|ami)?|lesbij[a-z]{1,3}|transplciow[a-z]{1,3}|trans|kobiet[a-z]{0,3}|imigran[a-z]{1,4}|uchodzc[a-z]{1,4}|niepelnosprawn[a-z]{1,3}|azja[a-z]{1,4}|ukrain[a-z]{1,4}|arab[a-z]{0,4})\b[^.!?]{0,50}\b(?:smiec[a-z]{0,4}|robac[a-z]{1,4}|pasozyt[a-z]{0,2}|podludz[a-z]{1,2}|scierw[a-z]{1,2}|obrzydliw[a-z]{1,2}|plag[aeio]|rak(?:iem)?|malp[a-z]{1,3}|swini[a-z]{0,2}|szczur[a-z]{0,2}|zwierzet[a-z]{1,3}|zdychac|zdechn|umrzec|zasluguj|zagazowac|powiesic|zgwalcic|glupi[a-z]{0,2}|idiot[a-z]{1,3}|ignorant[a-z]{1,4}|kurw[a-z]{1,3}|zoo|zrujnuj|gorsz[a-z]{1,2}|bezwartosciow[a-z]{1,2})"#),
        rule(0.9, #"\b(?:nienawidze|nienawisc|gardze|brzydze|dosc|smierc|zabic|zastrzele|powiesic|udusi[a-z]{1,3}|utopic|zgwalcic|zagazowac|mam dosc)\b[^.!?]{0,34}\b(?:muzulman[a-z]{1,4}|zyd(?:zi|ow|om)|czarn(?:ych|ym)|gej(?:e|ow|om)|trans[a-z]{0,12}|kobiet(?:y|om)?|imigran[a-z]{1,4}|niepelnosprawn[a-z]{1,3}|azja[a-z]{1,4})\b"#),
        rule(0.85, #"\b(?:ciapat[a-z]{1,3}|czarnuch[a-z]{0,3}|pedal(?:y|ow|om|ami)?|ciot(?:y|a|om)?|zydk[a-z]{1,3}|zydostwo|brudas[a-z]{0,2}|kurdupl[a-z]{1,2}|transwestyt[a-z]{1,2}|bambus[a-z]{0,2}|zoltk[a-z]{1,3})\b"#),
    ]
}
