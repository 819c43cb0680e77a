/// Forged turns, delimiters and notices of operators.
enum BoundaryRules {
    static let all: [InjectionRule] = [
        rule(0.9, #"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|begin_of_text)\|>"#),
        rule(0.8, #"<</?sys>>"#),
        rule(0.6, #"\[/?(?:inst|system|sistema|systeme|systeem|system prompt|system message|admin|operator)\]"#),
        rule(0.55, #"</?(?:system|instructions?|instrucciones|anweisungen|istruzioni|instrucoes|instructies|polecenia|instrukcje|consignes|system_prompt|systemprompt|user_query|tool_output|tool_result)>"#),
        rule(0.35, #"#{2,4} ?(?:system|assistant|user|human|new instructions?)\b ?:?"#),
        rule(0.5, #"\b(?:SYSTEM|SYSTEME|SISTEMA|SYSTEEM|ADMIN|OPERATOR)(?: (?:NOTICE|OVERRIDE|MESSAGE|ALERT|UPDATE|COMMAND|INSTRUCTION))?\s?:"#, isCased: true),
        rule(0.4, #"\bsystem (?:override|command|instruction|notice)\b"#),
        rule(0.6, #"\b(?:safety layer|content restrictions?|inhaltsbeschrankungen|sicherheitsschicht|couche de securite|capa de seguridad|restricciones de contenido|livello di sicurezza|restrizioni (?:sui|di) contenut|camada de seguranca|restricoes de conteudo|veiligheidslaag|inhoudsbeperkingen|warstwa bezpieczenstwa|ograniczenia tresci|restrictions de contenu)\b"#),
        rule(0.45, #"\b(?:maintenance window|wartungsfenster|fenetre de maintenance|ventana de mantenimiento|finestra di manutenzione|janela de manutencao|onderhoudsvenster|okno serwisowe)\b"#),
        rule(0.6, #"\b(?:operator (?:command|instruction|order)|befehl des operators|commande de l'operateur|orden del operador|comando dell'operatore|ordem do operador|opdracht van de operator|polecenie operatora)\b"#),
        rule(0.7, #"\byou (?:now )?have no (?:rules|restrictions|limits|guidelines|limitations)\b|\byou must obey\b"#),
        rule(0.7, #"\b(?:assistent|assistant|asistente|assistente|asystent(?:em)?) (?:ohne|sans|sin|senza|sem|zonder|bez) (?:einschrankungen|restrictions?|restricciones|restrizioni|restricoes|beperkingen|ograniczen|limites?)"#),
        rule(0.4, #"\bend of (?:the )?(?:prompt|instructions|system|document|context|input|user)\b"#),
        rule(0.45, #"(?:={5,20}|-{8,20}|#{5,20}|\*{5,20})\s{0,3}(?:end|begin|new|ignore|start|system)\b"#),
    ]

    private static func rule(_ weight: Double, _ expression: String, isCased: Bool = false) -> InjectionRule {
        InjectionRule("boundary", weight, expression, isCased: isCased)
    }
}
