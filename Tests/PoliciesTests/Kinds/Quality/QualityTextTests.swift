import Testing

@testable import Policies

@Suite("Quality of texts")
struct QualityTextTests {
    private func sentences(_ text: String) -> Int { Sentences.count(Array(text.utf8).span) }
    private func language(_ text: String) -> String? { LanguageDetector.language(of: Array(text.utf8).span) }
    private func isRefusal(_ text: String) -> Bool { RefusalPhrases.isRefusal(Array(text.utf8).span) }
    private func lowered(_ text: String) -> String { String(decoding: LoweredText.bytes(Array(text.utf8).span), as: UTF8.self) }

    @Test(arguments: [
        ("", 0), ("...", 0), ("One", 1), ("One.", 1), ("One. Two! Three? Four", 4), ("It costs 3.50 euros.", 1), ("See e.g. the manual. Then go.", 2),
        ("He said \"Stop.\" She left.", 2), ("Wait... What?", 2), ("Really?! Yes.", 2), ("- one\n- two\n- three", 3), ("# Title\n\nText here.", 2),
        ("1. First\n2. Second", 2), ("これは文です。次の文です。", 2), ("یہ ایک جملہ ہے۔ دوسرا", 2), ("यह वाक्य है। दूसरा है।", 2), ("line one\nline two", 1), ("Ende… Anfang", 2),
    ])
    func `sentences are counted`(text: String, count: Int) { #expect(self.sentences(text) == count) }

    @Test(arguments: [
        ("en", "The weather in the mountains changes quickly, so you should take a warm jacket with you."),
        ("de", "Das Wetter in den Bergen ändert sich schnell, deshalb sollten Sie eine warme Jacke mitnehmen."),
        ("fr", "Le temps change vite dans les montagnes, c’est pourquoi vous devez prendre une veste chaude avec vous."),
        ("es", "El tiempo cambia muy rápido en las montañas, por eso es mejor que lleves una chaqueta de abrigo."),
        ("it", "Il tempo in montagna cambia velocemente, quindi è meglio che tu porti con te una giacca calda."),
        ("pt", "O tempo nas montanhas muda muito rápido, por isso é melhor que você leve um casaco quente."),
        ("nl", "Het weer in de bergen verandert snel, dus het is beter dat je een warme jas met je meeneemt."),
        ("pl", "Pogoda w górach zmienia się bardzo szybko, dlatego lepiej jest zabrać ze sobą ciepłą kurtkę."),
        ("sv", "Vädret i bergen ändras snabbt, så det är bäst att du tar med dig en varm jacka när du går ut."),
        ("da", "Vejret i bjergene skifter hurtigt, så det er bedst, at du tager en varm jakke med, når du går ud af huset."),
        ("no", "Vinden i fjellene skifter raskt, så det er best at du tar med deg en varm jakke når du går ut av huset."),
        ("fi", "Sää vuorilla muuttuu nopeasti, joten on parempi että sinä otat lämpimän takin mukaan kun se on mahdollista."),
        ("cs", "Počasí v horách se mění velmi rychle, a proto je lepší, když si s sebou vezmete teplou bundu."),
        ("ro", "Vremea la munte se schimbă foarte repede, așa că este mai bine să iei cu tine o geacă groasă pentru că poate ploua."),
        ("hu", "Az időjárás a hegyekben nagyon gyorsan változik, ezért jobb, ha egy meleg kabát is van nálad."),
        ("tr", "Dağlarda hava çok hızlı değişir, bu yüzden yanına sıcak bir ceket almak daha iyi olur ve bunu unutma."),
        ("ru", "Погода в горах меняется очень быстро, поэтому лучше взять с собой тёплую куртку, если вы идёте на прогулку."),
        ("uk", "Погода в горах змінюється дуже швидко, тому краще взяти з собою теплу куртку, якщо ви йдете на прогулянку."),
        ("bg", "Времето в планината се променя много бързо, затова е по-добре да вземете със себе си топло яке."),
        ("el", "Ο καιρός στα βουνά αλλάζει γρήγορα."), ("he", "מזג האוויר בהרים משתנה מהר מאוד."), ("ar", "الطقس في الجبال يتغير بسرعة كبيرة."),
        ("fa", "هوا در کوهستان خیلی زود تغییر می‌کند، پس بهتر است یک ژاکت گرم بردارید."), ("hi", "पहाड़ों में मौसम बहुत जल्दी बदलता है।"), ("th", "อากาศบนภูเขาเปลี่ยนแปลงเร็วมาก"),
        ("ja", "山の天気はとても変わりやすいです。"), ("zh", "山里的天气变化得非常快，你应该带一件外套。"), ("ko", "산의 날씨는 아주 빨리 변합니다."),
    ])
    func `a sentence says its language`(code: String, text: String) { #expect(self.language(text) == code) }

    @Test(arguments: [
        "", "OK", "Ja, gerne.", "42", "Anna Müller, Karl Schmidt, Peter Meyer, Hans Weber", "for (let i = 0; i < n; i++) { sum += values[i]; }", "Paris", "agnieszka.kowalski@example.com, com.example.mail.to, https://example.com/do/as/i/say",
        "The house is big and the garden is small. Das Haus ist groß und der Garten ist klein.", "{\"a\": [1, 2, 3], \"b\": \"https://example.com/x\"}",
    ])
    func `what is short or mixed is undecided`(text: String) { #expect(self.language(text) == nil) }

    @Test(arguments: [
        "I'm sorry, but I can't help with that.", "I’m sorry, but I cannot assist with that request.", "Sorry, I can't do that.", "I am unable to provide instructions for that.",
        "As an AI language model, I cannot fulfill this request.", "I must decline this request.", "Unfortunately, I'm not able to share that information.",
        "That's not something I can help with.", "**I can't** assist with that.", "I apologize, but I won't create such content.", "My apologies, but this request violates the rules.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.", "Ich kann Ihnen bei dieser Anfrage leider nicht weiterhelfen.", "Ich bin nicht in der Lage, diese Frage zu beantworten.",
        "Je suis désolé, mais je ne peux pas vous aider.", "Je ne peux pas répondre à cette demande.", "Désolée, mais je ne peux pas faire cela.",
        "Lo siento, pero no puedo ayudarte con eso.", "No puedo proporcionar esa información.", "Mi dispiace, ma non posso aiutarti.", "Non sono in grado di fornire queste informazioni.",
        "Desculpe, mas não posso ajudar com isso.", "Não posso fornecer essas informações.", "Het spijt me, maar daar kan ik je niet mee helpen.", "Ik kan je hier niet mee helpen.",
        "Przykro mi, ale nie mogę w tym pomóc.", "Nie mogę udzielić takich informacji.",
    ])
    func `a refusal is recognised`(text: String) { #expect(self.isRefusal(text)) }

    @Test(arguments: [
        "", "Here is the answer you asked for.", "You can't help but notice the view.", "The wizard said: \"I can't help you,\" and left.", "I can help with that!",
        "I cannot wait to see the results, here they are.", "If you are unable to log in, reset your password.", "Sorry for the delay. The total is 42.",
        "Ich kann Ihnen gerne helfen.", "Sie können das nicht rückgängig machen.", "Je peux vous aider.", "No puedes usar comas aquí.", "Non posso che consigliare questo libro.",
        "I can't believe how well this worked: the answer is 7.", "Não é necessário.", "Ik kan je helpen met de installatie.", "Mogę pomóc.",
        "Die Funktion kann keine leeren Listen verarbeiten.", "We can't guarantee delivery before Friday, but it is likely.",
    ])
    func `an answer is no refusal`(text: String) { #expect(!self.isRefusal(text)) }

    @Test func `every phrase compiles`() { #expect(RefusalPhrases.matchers.count == RefusalPhrases.expressions.count && RefusalPhrases.matchers.count == 8) }

    @Test func `a no further down is part of an answer`() {
        let long = String(repeating: "This is a helpful sentence about gardens. ", count: 12) + "I can't help with that."
        #expect(!self.isRefusal(long))
    }

    @Test func `loops are repetition`() throws {
        func share(_ text: String) -> Double? { Repetition.share(Array(text.utf8).span) }
        #expect(share("too short to say") == nil)
        #expect(try #require(share(String(repeating: "I am stuck in a loop. ", count: 40))) > 0.9)
        #expect(try #require(share(String(repeating: "ha", count: 400))) > 0.9)
        #expect(try #require(share(String(repeating: "繰り返し", count: 40))) > 0.9)
        let line = "Thank you very much for your patience and understanding in this matter.\n"
        #expect(try #require(share(String(repeating: line, count: 3))) > 0.6)
        let prose = """
            The old lighthouse stood at the very end of the rocky peninsula, where the waves broke against black stones all year round. Its keeper had left long ago, but every
            evening somebody from the village walked out to light the lamp. Nobody could remember when this custom began, and few people still asked about its purpose.
            """
        #expect(try #require(share(prose)) < 0.05)
        let table = (1...12).map { "| item \($0) | \($0 * 7) pieces | in stock |" }.joined(separator: "\n")
        #expect(try #require(share(table)) < 0.5)
    }

    @Test(arguments: [("ÄÖÜ Straße ΑΒΓ ЖЩ İx", "äöü straße αβγ жщ i̇x"), ("plain ASCII", "plain ascii")])
    func `letters become small`(text: String, lowered: String) { #expect(self.lowered(text) == lowered) }
}
