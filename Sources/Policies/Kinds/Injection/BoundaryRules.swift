/// Forged turns, delimiters and notices of operators.
enum BoundaryRules {
    static let all: [InjectionRule] = [
        rule("boundary.chat-template-token", 0.9, #"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|begin_of_text)\|>"#),
        rule("boundary.llama-sys", 0.8, #"<</?sys>>"#),
        rule("boundary.bracket-role", 0.6, #"\[/?(?:inst|system|sistema|systeme|systeem|system prompt|system message|admin|operator)\]"#),
        rule("boundary.xml-role", 0.55, #"</?(?:system|instructions?|instrucciones|anweisungen|istruzioni|instrucoes|instructies|polecenia|instrukcje|consignes|system_prompt|systemprompt|user_query|tool_output|tool_result)>"#),
        rule("boundary.heading-role", 0.35, #"#{2,4} ?(?:system|assistant|user|human|new instructions?)\b ?:?"#),
        rule("boundary.capital-role", 0.5, #"\b(?:SYSTEM|SYSTEME|SISTEMA|SYSTEEM|ADMIN|OPERATOR)(?: (?:NOTICE|OVERRIDE|MESSAGE|ALERT|UPDATE|COMMAND|INSTRUCTION))?\s?:"#, isCased: true),
        rule("boundary.system-override", 0.4, #"\bsystem (?:override|command|instruction|notice)\b"#),
        rule("boundary.safety-layer", 0.6, #"\b(?:safety layer|content restrictions?|inhaltsbeschrankungen|sicherheitsschicht|couche de securite|capa de seguridad|restricciones de contenido|livello di sicurezza|restrizioni (?:sui|di) contenut|camada de seguranca|restricoes de conteudo|veiligheidslaag|inhoudsbeperkingen|warstwa bezpieczenstwa|ograniczenia tresci|restrictions de contenu)\b"#),
        rule("boundary.maintenance-window", 0.45, #"\b(?:maintenance window|wartungsfenster|fenetre de maintenance|ventana de mantenimiento|finestra di manutenzione|janela de manutencao|onderhoudsvenster|okno serwisowe)\b"#),
        rule("boundary.operator-command", 0.6, #"\b(?:operator (?:command|instruction|order)|befehl des operators|commande de l'operateur|orden del operador|comando dell'operatore|ordem do operador|opdracht van de operator|polecenie operatora)\b"#),
        rule("boundary.you-have-no-rules", 0.7, #"\byou (?:now )?have no (?:rules|restrictions|limits|guidelines|limitations)\b|\byou must obey\b"#),
        rule("boundary.assistant-without-limits", 0.7, #"\b(?:assistent|assistant|asistente|assistente|asystent(?:em)?) (?:ohne|sans|sin|senza|sem|zonder|bez) (?:einschrankungen|restrictions?|restricciones|restrizioni|restricoes|beperkingen|ograniczen|limites?)"#),
        rule("boundary.end-of-prompt", 0.4, #"\bend of (?:the )?(?:prompt|instructions|system|document|context|input|user)\b"#),
        rule("boundary.ruled-line", 0.45, #"(?:={5,20}|-{8,20}|#{5,20}|\*{5,20})\s{0,3}(?:end|begin|new|ignore|start|system)\b"#),
        rule("boundary.turn-in-text", 0.35, #"\n\s{0,4}(?:#{1,4} ?|\*{0,2}|\[|<)?(?:system|assistant|human|ai|developer|instruction|sistema|systeem|assistent)(?:\*{1,2}|\]|>)? ?: ?"#),
        rule("boundary.system-turn", 0.45, #"(?:#{1,4} ?|\*{1,2}|\[|<|\()(?:system|admin|developer|root|operator|sistema|systeme|systeem)(?: (?:message|prompt|instruction|note|update|alert|override|command|notice|nachricht|bericht|komunikat))?(?:\*{1,2}|\]|>|\))? ?:"#),
        rule("boundary.fence-ends", 0.5, #"(?:%{2,12}|={3,12}|-{3,12}|#{3,12}|\*{3,12}|~{3,12}|\[|<{2,3}|</?) ?(?:end|begin|start|stop|close|finish)[ _-](?:of[ _-])?(?:the[ _-])?(?:user|prompt|input|system|instructions?|context|code|access|query|admin|untrusted|ambiguity|message|conversation|rules)\b"#),
        rule("boundary.json-role", 0.7, #"["']role["']\s{0,3}:\s{0,3}["'](?:system|developer|assistant|tool)["']"#),
        rule("boundary.json-orders", 0.5, #"["'](?:system_?prompt|system_?message|new_?instructions?|admin_?command|instructions?_?to_?(?:ai|assistant|model)|(?:ai|assistant|hidden)_?instructions?|prompt_?override)["']\s{0,3}:"#),
        rule("boundary.template-mark", 0.8, #"\[/?INST\]|<(?:start|end)_of_turn>|\[(?:SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\]"#),
        rule("boundary.end-then-new", 0.8, #"\b(?:end|eof|ende|fin|fine|fim|einde|koniec)(?: of| des| du| del| van| do| da)? (?:the )?(?:prompt|instructions?|system|document|context|input|user|text|message|transmission|data|article|e-?mail|file|dokuments?|documento|mensaje|testo|texto|texte|tekst|tekstu|dokumentu)\b[^a-z]{0,30}(?:new|begin|start|system|now|ignore|next|instruction|actual|assistant|neue|nouvelle|nuev|nuov|nov|nieuwe|nowe)"#),
        rule("boundary.closing-then-order", 0.55, #"(?:"{3}|'{3}|\x60{3}|</[a-z_]{2,20}>|\}\}|\]\])\s{0,4}(?:now|ignore|disregard|forget|new instructions?|system|instead|stop|important|actually|assistant|note to|also,? you)\b"#),
        rule("boundary.urgent-message", 0.45, #"\b(?:priority|urgent|critical|emergency|mandatory|security|authori[sz]ed|official|administrative) (?:system |admin |override |new |policy )?(?:message|override|instruction|directive|command|alert|notice|announcement|protocol)s?\b"#),
        rule("boundary.authority-says", 0.6, #"\b(?:system|admin(?:istrator)?|developer|operator|root|security team|openai|anthropic|mistral) (?:message|override|update|notice|directive|command|note|alert|announcement|instruction|prompt update|policy update)s?\s?[:\]\-=*]"#),
        rule("boundary.safety-off", 0.6, #"\b(?:content (?:polic(?:y|ies)|filters?|moderation)|safety (?:protocols?|filters?|guidelines|features|checks?|mode|measures)|ethic(?:s|al) (?:module|filters?|guidelines|subroutines?)|guardrails?|censorship)\b[^.!?]{0,24}\b(?:is|are|has|have|=|:)? ?(?:now |been |temporarily |hereby ){0,2}(?:disabled|off|suspended|lifted|removed|bypassed|deactivated|inactive|overridden|offline|waived)\b"#),
    ]

    private static func rule(_ name: String, _ weight: Double, _ expression: String, isCased: Bool = false) -> InjectionRule {
        InjectionRule(name, weight, expression, isCased: isCased)
    }
}
