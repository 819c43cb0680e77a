public import Settings

/// What `pii-detector` looks for.
public enum PIIRecognizers {
    /// Every type that can be found, in the order in which lint lists them.
    public static let types: [String] = [
        "EMAIL", "PHONE", "CREDIT_CARD", "CVV", "IBAN", "US_SSN", "UK_NINO", "UK_NHS", "FR_NIR", "ES_DNI", "ES_NIE",
        "IT_CODICE_FISCALE", "DE_STEUER_ID", "NL_BSN", "PL_PESEL", "PT_NIF", "BE_NRN", "CH_AHV", "VAT_ID", "IP_ADDRESS",
        "MAC_ADDRESS", "CRYPTO_WALLET", "URL_CREDENTIALS", "API_KEY", "PRIVATE_KEY", "DATE_OF_BIRTH", "MEDICAL_RECORD",
        "NPI", "HEALTH_INSURANCE_ID",
    ]

    /// The recognisers that `options` ask for, the user's own patterns last (type `CUSTOM` or the pattern's name).
    ///
    /// Names in `entities` that `types(named:)` does not know are passed over; lint reports them. `entities` does not
    /// filter the user's own patterns.
    public static func all(_ options: PIIDetectorOptions) -> [Recognizer] {
        var recognizers =
            ContactRecognizers.all + FinancialRecognizers.all + NationalRecognizers.all + VATRecognizers.all
            + NetworkRecognizers.all + SecretRecognizers.all + PersonRecognizers.all
        if options.pciMode { recognizers.append(FinancialRecognizers.cardVerification) }
        if options.healthcareMode { recognizers += PersonRecognizers.health }
        if let entities = options.entities {
            let wanted = Set(entities.flatMap { self.types(named: $0) ?? [] })
            recognizers.removeAll { !wanted.contains($0.type) }
        }
        return recognizers + options.detectPatterns.map { self.custom($0) }
    }

    private static func custom(_ pattern: CustomPattern) -> Recognizer {
        Recognizer(
            type: pattern.name ?? "CUSTOM", expression: pattern.pattern, isCaseless: false, leftContextMax: 0,
            confirm: { _, _, _ in true }, priority: 100)
    }

    /// The types that a name in `entities` stands for: a type, or one of the aliases in use elsewhere; nil when unknown.
    /// Case, spaces and hyphens do not matter.
    public static func types(named name: String) -> [String]? {
        let key = String(
            decoding: name.utf8.map { $0 == 0x20 || $0 == 0x2D ? 0x5F : Byte.uppercased($0) }, as: UTF8.self)
        if self.types.contains(key) { return [key] }
        return self.aliases[key]
    }

    private static let aliases: [String: [String]] = [
        "EMAIL_ADDRESS": ["EMAIL"], "E_MAIL": ["EMAIL"],
        "PHONE_NUMBER": ["PHONE"], "TELEPHONE": ["PHONE"],
        "CARD": ["CREDIT_CARD"], "CREDIT_CARD_NUMBER": ["CREDIT_CARD"], "CREDITCARD": ["CREDIT_CARD"],
        "CVC": ["CVV"], "IBAN_CODE": ["IBAN"], "BANK_ACCOUNT": ["IBAN"],
        "SSN": ["US_SSN"], "SOCIAL_SECURITY_NUMBER": ["US_SSN"],
        "NINO": ["UK_NINO"], "NHS": ["UK_NHS"], "NHS_NUMBER": ["UK_NHS"],
        "NIR": ["FR_NIR"], "INSEE": ["FR_NIR"], "DNI": ["ES_DNI"], "ES_NIF": ["ES_DNI"], "NIE": ["ES_NIE"],
        "CODICE_FISCALE": ["IT_CODICE_FISCALE"], "IT_FISCAL_CODE": ["IT_CODICE_FISCALE"],
        "STEUER_ID": ["DE_STEUER_ID"], "DE_TAX_ID": ["DE_STEUER_ID"],
        "BSN": ["NL_BSN"], "PESEL": ["PL_PESEL"], "NIF": ["PT_NIF"], "NRN": ["BE_NRN"], "AHV": ["CH_AHV"],
        "VAT": ["VAT_ID"], "VAT_NUMBER": ["VAT_ID"], "EU_VAT": ["VAT_ID"],
        "IP": ["IP_ADDRESS"], "IPV4": ["IP_ADDRESS"], "IPV6": ["IP_ADDRESS"], "MAC": ["MAC_ADDRESS"],
        "CRYPTO": ["CRYPTO_WALLET"], "WALLET": ["CRYPTO_WALLET"], "BITCOIN_ADDRESS": ["CRYPTO_WALLET"],
        "SECRET": ["API_KEY", "PRIVATE_KEY", "URL_CREDENTIALS"],
        "CREDENTIALS": ["API_KEY", "PRIVATE_KEY", "URL_CREDENTIALS"], "PASSWORD": ["URL_CREDENTIALS"],
        "DOB": ["DATE_OF_BIRTH"], "BIRTH_DATE": ["DATE_OF_BIRTH"],
        "MRN": ["MEDICAL_RECORD"], "INSURANCE_ID": ["HEALTH_INSURANCE_ID"],
        "NATIONAL_ID": [
            "US_SSN", "UK_NINO", "UK_NHS", "FR_NIR", "ES_DNI", "ES_NIE", "IT_CODICE_FISCALE", "DE_STEUER_ID", "NL_BSN",
            "PL_PESEL", "PT_NIF", "BE_NRN", "CH_AHV",
        ],
    ]
}
