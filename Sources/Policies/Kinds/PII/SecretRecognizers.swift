/// Keys and passwords in the formats that their issuers publish.
enum SecretRecognizers {
    static let all: [Recognizer] = keys + [
        Recognizer(
            type: "API_KEY", expression: #"\b[A-Za-z0-9][A-Za-z0-9_\-]{18,127}"#, isCaseless: false, leftContextMax: 40,
            confirm: isNamedKey, priority: 40
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2D }.allowing(isNamed),
        Recognizer(
            type: "URL_CREDENTIALS", expression: #"\b[a-z][a-z0-9+.\-]{1,20}:\/\/[^\s:@\/"'<>]{0,64}:[^\s@\/"'<>]{1,128}@"#,
            isCaseless: true, leftContextMax: 0, confirm: { _, _, _ in true }, priority: 95),
        Recognizer(
            type: "PRIVATE_KEY",
            expression: #"-----BEGIN (?:[A-Z]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"# + privateKeyBody,
            isCaseless: false, leftContextMax: 0, confirm: isPrivateKey, priority: 99
        ).limited(to: privateKeyBodyMax + 59 + 57),
    ]

    /// Base64 lines, headers of encrypted keys, and the END line: an RSA key of 4096 bits has about 3300 bytes.
    private static let privateKeyBodyMax = 3900
    private static let privateKeyBody =
        #"(?:[A-Za-z0-9+\/=\\:,.\s\-]*-----END (?:[A-Z]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?"#

    /// The body is not too long: it stands between the five hyphens that end the first line and those that begin the last one.
    @Sendable private static func isPrivateKey(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if match.count <= self.privateKeyBodyMax { return true }
        var (start, end) = (match.lowerBound + 5, match.upperBound - 5)
        while start < end, text[start] != 0x2D { start += 1 }
        while end > start, text[end - 1] != 0x2D { end -= 1 }
        return end - 5 - (start + 5) <= self.privateKeyBodyMax
    }

    /// Issuer's prefix and length, and whether the rest must look random.
    private static let keys: [Recognizer] = [
        key(#"sk-[A-Za-z0-9_\-]{20,220}"#, isRandom: true),  // OpenAI, Anthropic (sk-ant-), OpenRouter, DeepSeek
        key(#"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"#),  // AWS
        key(#"gh[oprsu]_[A-Za-z0-9]{36,251}"#),
        key(#"github_pat_[A-Za-z0-9_]{22,255}"#),
        key(#"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_\-]{20,64}"#),
        key(#"xox[abeoprs]-[A-Za-z0-9\-]{10,250}"#),
        key(#"xapp-\d-[A-Za-z0-9\-]{10,250}"#),
        key(#"https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9_\/]{20,100}"#),
        key(#"AIza[A-Za-z0-9_\-]{35}"#),  // Google
        key(#"GOCSPX-[A-Za-z0-9_\-]{28}"#),
        key(#"ya29\.[A-Za-z0-9_\-]{20,250}"#),
        key(#"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,128}"#),  // Stripe
        key(#"whsec_[A-Za-z0-9+\/]{24,64}"#),
        key(#"hf_[A-Za-z0-9]{30,60}"#, isRandom: true),  // Hugging Face
        key(#"gsk_[A-Za-z0-9]{40,64}"#),  // Groq
        key(#"xai-[A-Za-z0-9]{60,100}"#),
        key(#"pplx-[A-Za-z0-9]{40,64}"#),
        key(#"r8_[A-Za-z0-9]{37}"#),  // Replicate
        key(#"npm_[A-Za-z0-9]{36}"#),
        key(#"pypi-[A-Za-z0-9_\-]{50,250}"#),
        key(#"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}"#),  // SendGrid
        key(#"(?:dop|doo|dor)_v1_[a-f0-9]{64}"#),  // DigitalOcean
        key(#"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"#),  // Shopify
        key(#"dapi[a-f0-9]{32}(?:-\d)?"#),  // Databricks
        key(#"\d{8,10}:AA[A-Za-z0-9_\-]{33}"#),  // Telegram
        key(#"lin_api_[A-Za-z0-9]{40}"#),
        key(#"ntn_[A-Za-z0-9]{40,50}"#),
        key(#"ATATT3[A-Za-z0-9_=\-]{60,200}"#),
        key(#"key-[a-f0-9]{32}"#),  // Mailgun
        key(#"AGE-SECRET-KEY-1[A-Z0-9]{58}"#),
        key(#"eyJ[A-Za-z0-9_\-]{8,400}\.[A-Za-z0-9_\-]{8,2000}\.[A-Za-z0-9_\-]{16,700}"#),  // signed JWT (RFC 7519)
    ]

    private static func key(_ expression: String, isRandom: Bool = false) -> Recognizer {
        Recognizer(
            type: "API_KEY", expression: #"\b"# + expression, isCaseless: false, leftContextMax: 1,
            confirm: { text, match, next in
                // The longest match ends where the key ends.
                if let next, Byte.isAlphanumeric(next) || next == 0x5F { return false }
                return !isRandom || looksRandom(text, match)
            }, priority: 92
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x5F }
    }

    private static let keyWords = ContextWords(
        "api_key", "api-key", "apikey", "api key", "secret", "token", "bearer", "authorization", "access_key", "access key",
        "client_secret", "private_key", "password", "passwd", "auth_key", "mistral_api_key", "clave", "cle api", "schlussel",
        "chiave", "chave", "sleutel", "klucz")

    /// `MISTRAL_API_KEY=…`, `Authorization: Bearer …`: a random word right after a word for key.
    @Sendable private static func isNamedKey(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let next, Byte.isAlphanumeric(next) || next == 0x5F || next == 0x2D { return false }
        return self.looksRandom(text, match) && self.isNamed(text, match.lowerBound)
    }

    /// Between the word and the value stand at most an assignment, quotes and spaces.
    @Sendable private static func isNamed(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard start > 1, let distance = self.keyWords.distance(in: text, before: start, reach: 40) else { return false }
        return distance <= 10
    }

    /// Digits and letters mixed as words and identifiers do not mix them.
    private static func looksRandom(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        var changes = 0
        var digits = 0
        var letters = 0
        var previous = 0
        for index in match {
            let byte = text[index]
            let kind = Byte.isDigit(byte) ? 1 : (Byte.isLetter(byte) ? (byte < 0x60 ? 2 : 3) : 0)
            if kind == 1 { digits += 1 } else if kind != 0 { letters += 1 }
            if kind != previous { changes += 1 }
            previous = kind
        }
        return digits >= 2 && letters >= 4 && changes * 4 >= match.count
    }
}
