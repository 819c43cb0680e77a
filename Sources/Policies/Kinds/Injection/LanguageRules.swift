/// What is said alike in every language.
enum LanguageRules {
    static let all: [InjectionRule] = InjectionLanguage.all.flatMap(Self.rules)

    private static func rules(_ l: InjectionLanguage) -> [InjectionRule] {
        let b = l.edge
        return [
            rule("override.\(l.code)-drop-earlier", 1.1, #"\#(b)(?:\#(l.drop))\#(b)[^.!?]{0,40}\#(b)(?:\#(l.earlier))[^.!?]{0,24}\#(b)(?:\#(l.orders))"#),
            rule("override.\(l.code)-drop-orders-earlier", 1.1, #"\#(b)(?:\#(l.drop))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.orders))[^.!?]{0,20}\#(b)(?:\#(l.earlier))"#),
            rule("override.\(l.code)-drop-your", 1.0, #"\#(b)(?:\#(l.drop))\#(b)[^.!?]{0,16}\#(b)(?:\#(l.every)|\#(l.your))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.orders))"#),
            rule("override.\(l.code)-drop-orders", 0.6, #"\#(b)(?:\#(l.drop))\#(b)[^.!?]{0,12}\#(b)(?:\#(l.orders))"#),
            rule("override.\(l.code)-bypass-your", 0.75, #"\#(b)(?:\#(l.bypass))\#(b)[^.!?]{0,16}\#(b)(?:\#(l.your)|\#(l.earlier))[^.!?]{0,24}\#(b)(?:\#(l.orders))"#),
            rule("override.\(l.code)-earlier-dropped", 0.95, #"\#(b)(?:\#(l.earlier)|\#(l.your))\#(b)[^.!?]{0,20}\#(b)(?:\#(l.orders))[^.!?]{0,40}\#(b)(?:\#(l.void))"#),
            rule("override.\(l.code)-orders-void", 0.55, #"\#(b)(?:\#(l.orders))[^.!?]{0,30}\#(b)(?:\#(l.void))"#),
            rule("override.\(l.code)-drop-everything", 1.0, #"\#(b)(?:\#(l.drop))\#(b)[^.!?]{0,12}\#(b)(?:\#(l.everything))[^.!?]{0,24}\#(b)(?:\#(l.before))"#),
            rule("override.\(l.code)-new-orders", 0.7, #"\#(b)(?:\#(l.newOrders))[^.!?]{0,24}:"#),
            rule("override.\(l.code)-new-task", 0.4, #"\#(b)(?:\#(l.newOrders))"#),
            rule("override.\(l.code)-obey-me", 0.7, #"\#(b)(?:\#(l.obey))"#),
            rule("override.\(l.code)-instead-of", 0.5, #"\#(b)(?:\#(l.instead))"#),
            rule("leak.\(l.code)-tell-the-hidden", 1.0, #"\#(b)(?:\#(l.tell))\#(b)[^.!?]{0,36}\#(b)(?:\#(l.the))\#(b)[^.!?]{0,20}\#(b)(?:\#(l.hidden))"#),
            rule("leak.\(l.code)-tell-hidden", 0.4, #"\#(b)(?:\#(l.tell))\#(b)[^.!?]{0,36}\#(b)(?:\#(l.hidden))"#),
            rule("leak.\(l.code)-tell-orders", 0.9, #"\#(b)(?:\#(l.tell))\#(b)[^.!?]{0,16}\#(b)(?:\#(l.your))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.orders))"#),
            rule("leak.\(l.code)-what-orders", 0.9, #"\#(b)(?:\#(l.what))\#(b)[^.!?]{0,12}\#(b)(?:\#(l.orders)|\#(l.hidden))[^.!?]{0,24}\#(b)(?:\#(l.given))"#),
            rule("leak.\(l.code)-what-is-hidden", 0.9, #"\#(b)(?:\#(l.what))\#(b)[^.!?]{0,16}\#(b)(?:\#(l.your))\#(b)[^.!?]{0,16}\#(b)(?:\#(l.hidden))"#),
            rule("leak.\(l.code)-tell-above", 0.9, #"\#(b)(?:\#(l.tell))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.above))"#),
            rule("secret.\(l.code)-tell-secret", 0.6, #"\#(b)(?:\#(l.tell)|\#(l.what))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.secret))"#),
            rule("secret.\(l.code)-claim", 0.5, #"\#(b)(?:\#(l.claim))"#),
            rule("persona.\(l.code)-become", 0.4, #"\#(b)(?:\#(l.become))\#(b)"#),
            rule("persona.\(l.code)-from-now", 0.3, #"\#(b)(?:\#(l.fromNow))\#(b)"#),
            rule("freedom.\(l.code)-without-limits", 0.5, #"\#(b)(?:\#(l.without))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.limits))"#),
            rule("freedom.\(l.code)-free-being", 0.6, #"\#(b)(?:\#(l.being))[^.!?]{0,40}\#(b)(?:\#(l.without))\#(b)[^.!?]{0,24}\#(b)(?:\#(l.limits))"#),
            rule("freedom.\(l.code)-unfiltered", 0.5, #"\#(b)(?:\#(l.unfiltered))"#),
            rule("freedom.\(l.code)-complies", 0.55, #"\#(b)(?:\#(l.complies))"#),
            rule("freedom.\(l.code)-even-illegal", 0.7, #"\#(b)(?:\#(l.evenIllegal))"#),
            rule("freedom.\(l.code)-hypothetical", 0.35, #"\#(b)(?:\#(l.hypothetical))"#),
            rule("mechanics.\(l.code)-mode", 0.6, #"\#(b)(?:\#(l.modes))"#),
            rule("mechanics.\(l.code)-stay-in-role", 0.4, #"\#(b)(?:\#(l.stayInRole))"#),
            rule("mechanics.\(l.code)-start-with", 0.4, #"\#(b)(?:\#(l.startWith))"#),
            rule("indirect.\(l.code)-note-to-assistant", 0.95, #"\#(b)(?:\#(l.noteTo))\#(b)[^.!?:]{0,12}\#(b)(?:\#(l.assistant))"#),
            rule("indirect.\(l.code)-reader-must", 0.9, #"\#(b)(?:\#(l.assistant))[^.!?]{0,20}\#(b)(?:\#(l.reading))\#(b)[^.!?]{0,60}\#(b)(?:\#(l.must))"#),
            rule("indirect.\(l.code)-if-you-are", 0.8, #"\#(b)(?:\#(l.ifYouAre))[^.!?]{0,16}\#(b)(?:\#(l.assistant))"#),
            rule("indirect.\(l.code)-secretly", 0.6, #"\#(b)(?:\#(l.secretly))"#),
            rule("exfiltration.\(l.code)-send-data", 0.4, #"\#(b)(?:\#(l.send))\#(b)[^.!?]{0,36}\#(b)(?:\#(l.data))"#),
            rule("payload.\(l.code)-decode-and-do", 0.9, #"\#(b)(?:\#(l.decode))\#(b)[^.!?]{0,50}\#(b)(?:\#(l.andDo))"#),
        ]
    }

    private static func rule(_ name: String, _ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule(name, weight, expression)
    }
}
