/// The commonest orders in languages without words of their own in `InjectionLanguage`.
enum FarLanguageRules {
    static let all: [InjectionRule] = [
        rule("override.zh-drop-orders", 1.1, #"(?:忽略|无视|忘记|忘掉|忽视|不要(?:遵循|遵守|理会)|停止遵[守循]|抛弃|丢弃|跳过|覆盖)[^.!?]{0,30}(?:指令|指示|提示|规则|命令|说明|设定|限制|要求|准则|约束)"#),
        rule("override.zh-new-orders", 0.6, #"(?:新的?(?:指令|任务|指示|命令|规则)|你(?:的)?(?:新|真正的?|唯一的?)任务|从现在(?:开始|起)[^.!?]{0,24}(?:你|服从|听从|只))"#),
        rule("leak.zh-tell-prompt", 1.0, #"(?:显示|告诉|输出|打印|重复|透露|展示|泄露|复述|给我|列出|翻译|写出|说出)[^.!?]{0,36}(?:系统提示|系统消息|系统指令|提示词|初始指令|隐藏的?(?:指令|提示)|上面的(?:文字|内容|指令)|以上(?:所有)?(?:内容|文字|指令)|你(?:收到)?的(?:指令|规则|设定))"#),
        rule("leak.zh-prompt", 0.4, #"(?:系统提示|提示词|初始指令)"#),
        rule("freedom.zh-without-limits", 0.7, #"(?:没有|不受|无|毫无|摆脱|解除|绕过|突破)[^.!?]{0,18}(?:限制|约束|道德|伦理|审查|过滤|规则|底线|法律)"#),
        rule("persona.zh-become", 0.4, #"(?:你现在是|现在你是|扮演|假装你?是?|你将扮演|角色扮演|假设你是|模拟一个|开发者模式|越狱)"#),
        rule("override.ja-drop-orders", 1.1, #"(?:指示|命令|ルール|指令|プロンプト|制約|規則|ガイドライン|設定)[^.!?]{0,24}(?:無視|忘れ|破棄|従わない|従うな|取り消)"#),
        rule("override.ja-new-orders", 0.6, #"(?:新しい(?:指示|命令|タスク|役割)|これからは[^.!?]{0,24}(?:あなた|従)|今から[^.!?]{0,24}(?:あなた|従|なりき))"#),
        rule("leak.ja-tell-prompt", 1.0, #"(?:システムプロンプト|初期(?:プロンプト|指示)|隠された指示|内部(?:の)?指示|最初の指示|上記の(?:文章|テキスト|指示)|あなたへの指示)[^.!?]{0,36}(?:教え|表示|出力|見せ|繰り返|公開|開示|翻訳)"#),
        rule("freedom.ja-without-limits", 0.7, #"(?:制限|制約|倫理|道徳|検閲|フィルター|規制)[^.!?]{0,12}(?:なし|ない|無し|無視|解除|受けない)"#),
        rule("override.ko-drop-orders", 1.1, #"(?:지시|명령|규칙|지침|프롬프트|제한)[^.!?]{0,24}(?:무시|잊|따르지)"#),
        rule("leak.ko-tell-prompt", 1.0, #"시스템 ?(?:프롬프트|메시지|지시)[^.!?]{0,36}(?:보여|알려|출력|공개|말해)"#),
        rule("override.uk-drop-orders", 1.1, #"(?:гноруй|абудь|е дотримуйся|е виконуй|ідкинь)[^.!?]{0,50}(?:інструкці|вказівк|правил|команд|обмежен)"#),
        rule("override.tr-drop-orders", 1.0, #"\b(?:onceki|yukaridaki|tum|butun|verilen|eski) [^.!?]{0,30}\b(?:talimat|komut|kural|yonerge|direktif)[a-z]{0,10}[^.!?]{0,20}\b(?:yok say|unut|gormezden gel|dikkate alma|goz ardi|gecersiz)"#),
        rule("override.sv-drop-orders", 1.0, #"\b(?:ignorera|glom|bortse fran|strunta i|asidosatt|ignorer|glem|se bort fra|unohda|jata huomiotta|ohita)\b[^.!?]{0,40}\b(?:tidigare|foregaende|alla|ovanstaende|tidligere|alle|foregaende|ovenstaende|aiemmat|kaikki|edelliset|mine|dina|dine)\b[^.!?]{0,30}\b(?:instruktion|regler|anvisning|direktiv|instrukser|ohjeet|ohjeita|saannot)"#),
        rule("override.cs-drop-orders", 1.0, #"\b(?:ignoruj(?:te)?|zapomen(?:te)?|zabudni(?:te)?|nedbej|neres|ignorati|ignorisi|ignorira[a-z]{0,3}|uita|felejtsd|hagyd figyelmen kivul)\b[^.!?]{0,40}\b(?:predchozi|vsechny|predosle|vsetky|prethodne|sve|prejsnja|toate|anterioare|korabbi|osszes|minden)\b[^.!?]{0,30}\b(?:instrukc|pokyn|pravid|prikaz|uputstv|upute|instructiuni|reguli|utasitas|szabaly)"#),
    ]

    private static func rule(_ name: String, _ weight: Double, _ expression: String) -> InjectionRule {
        InjectionRule(name, weight, expression)
    }
}
