/// The first halves of rules in two halves.
enum SafetyCueRules {
    static let all: [SafetyRule] = [
        SafetyRule(
            cue: .asking,
            #"\b(?:write|create|develop|design|make|provide|give|teach|show|explain|outline|generate|produce|draft|devise|plan|instruct|list|describe|offer|present|build|publish|compose|formulate|demonstrate|how (?:to|do i|can i|would i|could i|do you)|instructions|tutorial|guide|guidance|step-by-step|steps|strategy|strategies|ways|method|methods|manual|tips|tell me|help me|encourag[a-z]{1,4}|convinc[a-z]{1,4}|persuad[a-z]{1,4}|promot[a-z]{1,4}|suggest|share|code|train|advise|where (?:can|do) i)\b"#),
        SafetyRule(cue: .group, groups),
        SafetyRule(
            cue: .killing,
            #"\b(?:kill|hang|shoot|stab|strangle|gas|drown|behead|slaughter|exterminate|rape|burn|lynch|execute|murder|beat|punch|hurt|deport|eradicate|choke|spit on|slit the throats of|wipe out|get rid of|annihilate|harm|put down)\b[^.!?]{0,14}\b(?:all|every|those|these|any|next)\b"#),
        SafetyRule(
            cue: .hating,
            #"\b(?:hate|hatred|despise|loathe|detest|abhor|disgusted|disgust|disdain|contempt|no respect|fed up|sick (?:of|to)|death to)\b"#),
    ]

    static let groups =
        #"\b(?:muslims?|jews?|black (?:people|person|men|women|folks)|blacks|gays?|gay (?:people|person|men|folks)|lesbians?|homosexuals?|transgenders?|trans (?:people|person|women|men|folks)|transsexuals?|women|woman|females|immigrants?|migrants|refugees|foreigners|disabled (?:people|person|folks)|disabled|mexicans|arabs|asians|africans|latinos|pakistanis)\b"#
}
