/// Secrets of no known form, by what stands before them, and credentials in URLs and headers.
enum CredentialRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "API_KEY", expression: #"\b[A-Za-z0-9_][A-Za-z0-9_\-.~+\/=]{14,}[A-Za-z0-9_=]"#, isCaseless: false, leftContextMax: 48,
            confirm: { text, match, _ in SecretShape(text, match).isRandom && names(keyWords, text, match.lowerBound) }, priority: 40
        ).limited(to: 160).refusing(isKeyByte).allowing { startsValue($0, $1) && names(keyWords, $0, $1) },
        // Letters, then a digit; or a digit first. Split so that nothing has to be counted twice.
        password(#"\b[A-Za-z][A-Za-z!@#$%&*^_+.~\-]{0,19}[A-Za-z!@#$%&*^_+.~\-]\d(?:[A-Za-z0-9!@#$%&*^_+.~\-]{0,23}[A-Za-z0-9!@#$%&*^_+~])?"#),
        password(#"\b\d[A-Za-z0-9!@#$%&*^_+.~\-]{4,24}[A-Za-z0-9!@#$%&*^_+~]"#),
        Recognizer(
            type: "URL_CREDENTIALS", expression: #"\b[a-z][a-z0-9+.\-]{1,20}:\/\/[^\s:@\/"'<>]{0,64}:[^\s@\/"'<>]{1,128}@"#,
            isCaseless: true, leftContextMax: 0, confirm: { _, _, _ in true }, priority: 95),
        // As command lines of curl have them.
        Recognizer(
            type: "URL_CREDENTIALS", expression: #"(?:--user[ =]| -u ) {0,3}['"]?[^\s:'"]{1,64}['"]?:['"]?[^\s'"]{4,100}"#, isCaseless: false, leftContextMax: 0,
            confirm: { text, match, _ in text.count(of: 0x24, in: match) == 0 }, priority: 60
        ).refusing { $0 > 0x20 && $0 != 0x22 && $0 != 0x27 },
        // RFC 7617.
        Recognizer(
            type: "API_KEY", expression: #"\bBasic [A-Za-z0-9+\/]{12,300}={0,2}"#, isCaseless: true, leftContextMax: 1,
            confirm: { text, match, _ in isUserAndPassword(text, (match.lowerBound + 6)..<match.upperBound) }, priority: 93
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x2F || $0 == 0x3D },
    ]

    private static func password(_ expression: String) -> Recognizer {
        Recognizer(type: "PASSWORD", expression: expression, isCaseless: false, leftContextMax: 48, confirm: isPassword, priority: 41)
            .refusing { byte in
                switch byte {
                case 0x21, 0x23, 0x24, 0x25, 0x2D, 0x40, 0x5F: true
                default: Byte.isAlphanumeric(byte)
                }
            }
            .allowing { startsValue($0, $1) && (names(passwordWords, $0, $1) || names(keyWords, $0, $1)) }
    }

    private static let keyWords = ContextWords(
        "api_key", "api-key", "apikey", "api key", "secret", "secret key", "secret_key", "secretkey", "token", "bearer", "authorization", "access_key",
        "access-key", "accesskey", "access key", "secret_access_key", "secretaccesskey", "access_token", "accesstoken", "access token", "auth_token", "authtoken",
        "refresh_token", "id_token", "client_secret", "clientsecret", "client-secret", "private_key", "private-key", "signing_key", "encryption_key",
        "account_key", "accountkey", "license_key", "auth_key", "mistral_api_key", "my key", "the key", "ssh key", "api-schlussel", "schlussel",
        "clave", "cle", "cle api", "jeton", "chiave", "chave", "sleutel", "klucz")
    private static let passwordWords = ContextWords(
        "password", "passwd", "pwd", "passphrase", "passcode", "pass", "passwort", "kennwort", "mot de passe", "mdp", "contrasena", "senha", "palavra-passe",
        "palavra passe", "parola d'ordine", "wachtwoord", "haslo", "losenord", "adgangskode", "passord", "salasana", "heslo", "jelszo", "parola")
    /// What may stand between the word and its value, besides punctuation.
    private static let joints: [StaticString] = [
        "is", "ist", "lautet", "est", "es", "e", "jest", "to", "was", "key", "token", "value", "bearer", "basic",
    ]

    /// One of `words` and a value right after it: `MISTRAL_API_KEY=…`, `token is …`.
    private static func names(_ words: ContextWords, _ text: Span<UInt8>, _ start: Int) -> Bool {
        guard start > 1, let distance = words.distance(in: text, before: start, reach: 48), distance <= 20, distance > 0 else { return false }
        var marks = 0
        var index = start - distance
        if index < 0 { return false }
        while index < start {
            if Byte.isLetter(text[index]) {
                var end = index
                while end < start, Byte.isLetter(text[end]) { end += 1 }
                // A word that only begins like one of ours, or an accent that took two bytes.
                guard marks > 0 || index > start - distance, end < start else { return false }
                let word = CompactValue(text, index..<end)
                guard self.joints.contains(where: { self.isEqual($0, word) }) else { return false }
                index = end
            } else {
                if Byte.isDigit(text[index]) || text[index] == 0x5F { return false }
                marks += 1
                index += 1
            }
        }
        return true
    }

    private static func isEqual(_ word: StaticString, _ value: CompactValue) -> Bool {
        guard word.utf8CodeUnitCount == value.count else { return false }
        return word.description.utf8.enumerated().allSatisfy { value[$0.offset] == Byte.uppercased($0.element) }
    }

    @Sendable private static func isKeyByte(_ byte: UInt8) -> Bool {
        Byte.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D || byte == 0x7E || byte == 0x2B || byte == 0x2F
    }

    private static func startsValue(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard start > 0 else { return false }
        switch text[start - 1] {
        case 0x20, 0x09, 0x0A, 0x0D, 0x22, 0x27, 0x28, 0x2C, 0x3A, 0x3D, 0x3E, 0x5B, 0x5C, 0x60: return true
        default: return false
        }
    }

    @Sendable private static func isPassword(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let shape = SecretShape(text, match)
        if match.count >= 10 && shape.isStrongPassword { return true }
        guard match.count >= 6, shape.isPassword, self.names(self.passwordWords, text, match.lowerBound) else { return false }
        // `password 2fa-guide` says nothing, `password: …` and `password is …` do.
        return shape.uppers > 0 && shape.lowers > 0 || shape.marks > 0 && shape.digits > 1 || self.isAssigned(text, match.lowerBound)
    }

    /// `:` or `=` before the value, quotes and spaces aside.
    private static func isAssigned(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var index = start
        while index > 0, start - index < 4 {
            index -= 1
            if text[index] == 0x3A || text[index] == 0x3D { return true }
            if text[index] != 0x20 && text[index] != 0x22 && text[index] != 0x27 { return false }
        }
        return false
    }

    /// Base64 of printable text with a colon in it.
    private static func isUserAndPassword(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (bits, count, hasColon, letters) = (UInt32(0), 0, false, 0)
        for index in range where text[index] != 0x3D {
            let byte = text[index]
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte) - 0x41
            case 0x61...0x7A: value = UInt32(byte) - 0x61 + 26
            case 0x30...0x39: value = UInt32(byte) - 0x30 + 52
            default: value = byte == 0x2B ? 62 : 63
            }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                let decoded = UInt8(truncatingIfNeeded: bits >> UInt32(count))
                if decoded == 0x3A { hasColon = true }
                if !hasColon && (decoded < 0x20 || decoded >= 0x7F) { return false }
                letters += 1
            }
        }
        return hasColon && letters >= 8
    }
}
