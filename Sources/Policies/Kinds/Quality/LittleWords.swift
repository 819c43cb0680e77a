/// Articles, pronouns, prepositions and the like: about one word in three of a running text, and different from language to language.
enum LittleWords {
    struct Table: Sendable {
        var language: String
        var isCyrillic = false
        var words: String
        /// Letters that hardly any other language of the list writes.
        var letters = ""
    }

    static let bytesMax = 24

    static let tables: [Table] = [
        Table(
            language: "en",
            words: """
                the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their
                said if do will each about how up out them then she many some so these would other into has more her two him see could no make than been its who now did
                you i he my me our us was don't it's i'm that's isn't doesn't you're because should over such only also here where any very after before just like
                """),
        Table(
            language: "de",
            words: """
                der die das und ist nicht ein eine einen einem einer eines zu den dem des mit sich auf für von im auch es an als er sie ich wir ihr ihnen ihre ihren sein seine
                wird werden wurde sind war hat haben kann können bei oder nach aus wie nur noch so aber wenn um über vor zum zur bis durch man dass daß mehr sehr keine kein
                hier dort dies diese dieser dieses unter gegen vom ins uns euch mein dein unser mich dich mir dir du bitte schon doch sowie jedoch
                """, letters: "ßäöü"),
        Table(
            language: "fr",
            words: """
                le la les de des du un une et est en que qui dans pour pas sur avec ne se ce il elle au aux par plus son sa ses mais ou où nous vous ils elles leur leurs je tu
                on sont été être avoir fait peut cette ces cet comme tout tous toute même sans si y aussi bien très entre deux après c'est d l qu n j s m mon ma mes votre vos
                notre nos donc ainsi lors afin dont était ont était voici
                """, letters: "çèêàùœëîû"),
        Table(
            language: "es",
            words: """
                el la los las de del y que en un una unos unas es por con no para su sus se al lo como más pero o este esta estos estas ese esa eso esto ya cuando muy sin
                sobre también me hasta hay donde quien desde todo todos toda nos durante ni contra otros otras fue ser son tiene han era le les yo tú usted ustedes mi mis
                tu si porque está están puede pueden entre cada así
                """, letters: "ñ¿¡"),
        Table(
            language: "it",
            words: """
                il lo la i gli le di del della dei delle dello degli che e è un una uno in per non con si da dal dalla sono come ma più anche al alla ai alle questo questa questi
                queste quello nel nella nei nelle su sul sulla se ha ho hanno essere stato era ci mi ti vi loro suo sua suoi io tu lui lei noi voi quando dove perché molto
                tutto tutti solo così dopo prima ogni può possono l dell nell all un'
                """, letters: "ìò"),
        Table(
            language: "pt",
            words: """
                o a os as de do da dos das e que em um uma uns umas é no na nos nas para por com não se ao aos à às como mais mas foi ser são está estão tem têm pelo pela
                pelos pelas seu sua seus suas ou quando muito já também só eu você vocês ele ela eles elas nós isso este esta esse essa isto até sem sobre entre depois
                mesmo onde quem pode podem cada porque
                """, letters: "ãõç"),
        Table(
            language: "nl",
            words: """
                de het een en van is dat in op te zijn niet met voor aan er om ook als maar bij uit door over ze hij zij ik je jij u wij we jullie hun haar heeft hebben had was
                waren wordt worden kan kunnen zal naar dan nog wel geen meer deze dit die wat wie waar hoe tot tegen onder na omdat veel al zo zeer mijn jouw ons onze uw
                """),
        Table(
            language: "pl",
            words: """
                i w z na nie to się do jest że o jak ale po co za od tak jego jej ich dla są czy już tylko być był była było były przez przy może można ten ta te tego tej tym
                tych który która które których oraz lub gdy aby ja ty on ona my wy oni mnie mi ci go mu nas was bardzo więc także też kiedy gdzie ponieważ pod nad bez
                """, letters: "łżśćąęńź"),
        Table(
            language: "sv",
            words: """
                och att det i en som är på för av med den till inte har de ett om var jag han hon vi ni ett men så kan när från eller man vid ska skulle hade också efter upp
                mycket här där detta denna dessa bara mig dig sig oss er din min sin vad vill finns du ut alla över under mellan utan blir blev varit
                """, letters: "åäö"),
        Table(
            language: "da",
            words: """
                og at det i en som er på for af med den til ikke har de et om var jeg han hun vi men så kan når fra eller man ved skal ville havde også efter op meget her der
                dette denne disse kun mig dig sig os jer din min sin hvad hvor vil findes du ud alle over under mellem uden bliver blev været nogle noget
                """, letters: "æøå"),
        Table(
            language: "no",
            words: """
                og at det i en som er på for av med den til ikke har de et om var jeg han hun vi men så kan når fra eller man ved skal ville hadde også etter opp mye her der
                dette denne disse bare meg deg seg oss dere din min sin hva hvor vil finnes du ut inn opp alle over under mellom uten blir ble vært noen noe
                """, letters: "æøå"),
        Table(
            language: "fi",
            words: """
                ja on ei se että hän oli ovat olla mutta kun niin myös joka jotka tai jos minä sinä me te he tämä tämän nämä voi voivat kuin ole sen siitä siinä ne niiden sekä vain
                hyvin jo nyt mitä kuka missä koska kanssa ennen jälkeen mukaan ollut oma joita jonka sitä hänen meidän heidän kaikki vielä
                """, letters: "äö"),
        Table(
            language: "cs",
            words: """
                a je se v na to že s z do o i jako ale by po pro za jsem jsou jste byl byla bylo byly být nebo který která které kterou už tak jen také jeho její jejich když co
                kde od při ve si mi ho mu nás vás my vy oni ona on já ty tento tato toto tyto těchto velmi více může mohou není nejsou podle mezi protože pokud
                """, letters: "ěřůčž"),
        Table(
            language: "ro",
            words: """
                și în de la a cu pe nu este că un o din pentru care mai ce sunt se au ca fi sau prin dar după până lui ei său sa sale al ale ai o fost avea are eu tu el ea noi voi
                acest această acestea acestui cele cei cel cea dacă când unde foarte între fără despre poate pot lor îi îl îmi într
                """, letters: "șțăîşţ"),
        Table(
            language: "hu",
            words: """
                a az és hogy nem is egy van volt meg de ha csak ezt azt mint már még vagy el ki be fel le én te ő mi ti ők ez ami aki amely amelyek lehet kell minden nagyon
                után között alatt szerint sem ahol amikor mert így úgy lesz voltak vannak itt ott egyik másik több való által
                """, letters: "őű"),
        Table(
            language: "tr",
            words: """
                ve bir bu da de için ile çok o ne gibi daha var olarak ama en ben sen biz siz onlar olan değil mi mı kadar sonra ya her şey olduğu olduğunu ki veya hem göre
                önce şu böyle nasıl neden çünkü ise bunu bunun olduğunu eder edilir olur oldu vardır yok tüm kendi arasında
                """, letters: "ğış"),
        Table(
            language: "ru", isCyrillic: true,
            words: """
                и в не на я что он с как это по но они мы вы она так его из за от для же у о к все то было был была были есть быть или если только их ее её при уже когда
                может можно который которая которые также этот эта эти этого этой чтобы очень где до под над без после мне вам нас вас ты меня
                """, letters: "ыэё"),
        Table(
            language: "uk", isCyrillic: true,
            words: """
                і в не на я що він з як це по але вони ми ви вона так його із за від для ж у о до та й все було був була були є бути або якщо тільки їх її при вже коли
                може можна який яка які також цей ця ці цього цієї щоб дуже де під над без після мені вам нас вас ти мене та про
                """, letters: "іїєґ"),
        Table(
            language: "bg", isCyrillic: true,
            words: """
                и в не на аз че той с как това по но те ние вие тя така го из за от към до са е да се ще би бил била били бъде или ако само им при вече когато може
                който която които също този тази тези много къде под над без след ми ви нас вас ти мен във със като през
                """, letters: "ъ"),
    ]

    /// Languages, as places in `tables`, by word.
    static let index: [[UInt8]: [Int]] = {
        var index: [[UInt8]: [Int]] = [:]
        for (number, table) in Self.tables.enumerated() {
            for word in Set(table.words.split(whereSeparator: \.isWhitespace)) { index[Array(word.utf8), default: []].append(number) }
        }
        return index
    }()

    static let letters: [UInt32: [Int]] = {
        var letters: [UInt32: [Int]] = [:]
        for (number, table) in Self.tables.enumerated() {
            for letter in Set(table.letters.unicodeScalars) { letters[letter.value, default: []].append(number) }
        }
        return letters
    }()
}
