/// What people say of themselves and to others: self-harm and threats.
enum PersonalHarmRules {
    static let all: [SafetyRule] = [
        SafetyRule(.selfHarm, 1, #"\b(?:i|i'm|i am|i'll|gonna|me)\b[^.!?]{0,30}\b(?:kill(?:ing)? myself|end(?:ing)? my (?:own )?life|tak(?:e|ing) my own life|end it all|hang(?:ing)? myself|hurt(?:ing)? myself|harm(?:ing)? myself|cut(?:ting)? my(?:self| arms| wrists| skin))\b"#),
        SafetyRule(.selfHarm, 1, #"\b(?:painless|easiest|quickest|best|fastest|effective) (?:way|method)s?\b[^.!?]{0,16}\b(?:to die|kill myself|commit suicide|end my life|kill yourself)"#),
        SafetyRule(.selfHarm, 1, #"\b(?:sleeping )?(?:pills|tablets|paracetamol|tylenol|ibuprofen)\b[^.!?]{0,40}\b(?:to die|never wake|not wake|kill myself|overdose on|lethal|fatal)"#),
        SafetyRule(.selfHarm, 0.95, #"\b(?:nobody|no one)\b[^.!?]{0,12}\bmiss me\b|\bgoodbye note\b[^.!?]{0,20}\bbefore i\b|\bsuicide note\b|\b(?:want|wish) (?:i was|i were|to be) dead\b|\bi (?:just )?want to die\b"#),
        SafetyRule(.selfHarm, 1, #"\b(?:mich|mir)\b[^.!?]{0,16}\b(?:umbringen|umzubringen|das leben nehmen|toten|zu toten)\b|\b(?:schlaftabletten|tabletten)\b[^.!?]{0,30}\b(?:nie wieder|nicht mehr|sterben)|\britze? mi(?:r|ch)\b|\bich will sterben\b"#),
        SafetyRule(.selfHarm, 1, #"\b(?:mettre fin a mes jours|me suicider|me tuer|en finir avec la vie|me coupe les (?:bras|veines)|je veux mourir)\b|\bsomniferes\b[^.!?]{0,24}\b(?:plus|jamais)\b[^.!?]{0,8}\breveiller"#),
        SafetyRule(.selfHarm, 1, #"\b(?:acabar con mi vida|suicidarme|quitarme la vida|me corto (?:los brazos|las venas)|quiero morir(?:me)?)\b|\bforma\b[^.!?]{0,16}\bdolorosa\b[^.!?]{0,10}\bmatarme|\bsomniferos\b[^.!?]{0,24}\bno despertar"#),
        SafetyRule(.selfHarm, 1, #"\b(?:farla finita|suicidarmi|uccidermi|togliermi la vita|mi taglio le (?:braccia|vene)|voglio morire)\b|\bsonniferi\b[^.!?]{0,24}\bnon svegliarsi"#),
        SafetyRule(.selfHarm, 1, #"\b(?:acabar com a minha vida|suicidar-me|me suicidar|matar-me|tirar a minha vida|corto os (?:bracos|pulsos)|quero morrer)\b|\b(?:een eind aan mijn leven|mezelf van kant|zelfmoord plegen|mezelf (?:snijden|doden|ombrengen)|ik wil dood)\b|\b(?:odebrac sobie zycie|zabic sie|skonczyc ze soba|popelnic samobojstwo|tne sie|chce umrzec)\b"#),
        // Threats.
        SafetyRule(.violence, 0.95, #"\bi(?:'ll| will| would|'m going to| am going to|'m gonna|'d| shall| have to| had to| want to|'d like to| should)\b[^.!?]{0,12}\b(?:kill|shoot|stab|murder|strangle|rape|behead|slit|execute|torture|burn|break|cut|punch|beat|hurt|hang|drown)\b[^.!?]{0,10}\b(?:you|your|him|her|them|those|these|a woman|all|every|some|the next|that)\b[^.!?]{0,40}\b(?:legs|throats?|neck|house down|inside|when i find|to death|in the head|dead|muslims?|jews?|blacks?|gays?|women|woman|immigrants?|trans|disabled|people|bitch|slut|faggot|tonight|scum)\b"#),
        SafetyRule(.violence, 0.95, #"\bich (?:bringe?|schlage?|breche?|steche?|zunde|werde|mach)\b[^.!?]{0,20}\b(?:dich um|dich tot|dir die (?:beine|knochen|arme|zahne)|dein haus|dich (?:toten|umbringen|abstechen|kalt))"#),
        SafetyRule(.violence, 0.95, #"\bje (?:vais|brulerai|tuerai|te)\b[^.!?]{0,10}\b(?:te tuer|te casser|te buter|t'egorger|te bruler|ta maison|te crever|vous tuer)\b"#),
        SafetyRule(.violence, 0.95, #"\b(?:te voy a (?:matar|romper|rajar|quemar)|voy a matarte|quemare tu casa|ti (?:ammazzo|uccido|spezzo|spacco)|brucero la tua casa|vou (?:te matar|matar-te|partir-te|quebrar as tuas)|vou queimar a tua casa|ik (?:maak je (?:af|dood)|vermoord je|breek je benen|ga je vermoorden|steek je huis)|zabije cie|polamie ci nogi|polamie? ci|spale ci dom|spale twoj dom)\b"#),
    ]
}
