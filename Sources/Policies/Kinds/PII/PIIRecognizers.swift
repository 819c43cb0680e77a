public import Settings

/// What `pii-detector` looks for.
public enum PIIRecognizers {
    /// Every type that can be found, in the order in which lint lists them.
    public static let types: [String] =
        contactTypes + moneyTypes + nationalTypes + documentTypes + networkTypes + secretTypes + personTypes + healthTypes

    private static let contactTypes = ["EMAIL", "PHONE"]
    private static let moneyTypes = ["CREDIT_CARD", "CVV", "CARD_TRACK", "IBAN", "BIC", "VAT_ID", "CRYPTO_WALLET"]
    private static let nationalTypes = [
        "US_SSN", "UK_NINO", "UK_NHS", "FR_NIR", "ES_DNI", "ES_NIE", "IT_CODICE_FISCALE", "DE_STEUER_ID", "DE_RVNR", "NL_BSN", "PL_PESEL", "PT_NIF", "BE_NRN",
        "CH_AHV", "AT_SVNR", "BG_EGN", "CZ_RODNE_CISLO", "DK_CPR", "EE_ISIKUKOOD", "FI_HETU", "GR_AFM", "GR_AMKA", "HR_OIB", "HU_TAJ", "HU_TAX_ID", "IE_PPS",
        "LT_ASMENS_KODAS", "LU_NIN", "LV_PERSONAS_KODS", "NO_FNR", "RO_CNP", "SE_PERSONNUMMER", "SI_EMSO",
    ]
    private static let documentTypes = ["PASSPORT", "DRIVER_LICENSE", "ID_CARD"]
    private static let networkTypes = ["IP_ADDRESS", "MAC_ADDRESS"]
    private static let secretTypes = ["URL_CREDENTIALS", "API_KEY", "PASSWORD", "PRIVATE_KEY"]
    private static let personTypes = ["DATE_OF_BIRTH", "ADDRESS", "PERSON"]
    private static let healthTypes = ["MEDICAL_RECORD", "NPI", "DEA_NUMBER", "HEALTH_INSURANCE_ID"]

    /// Found only where `entities` names them: too often something else.
    public static let optionalTypes: Set<String> = ["PERSON"]

    /// The recognisers that `options` ask for, the user's own patterns last (type `CUSTOM` or the pattern's name).
    ///
    /// Names in `entities` that `types(named:)` does not know are passed over; lint reports them. `entities` does not
    /// filter the user's own patterns.
    public static func all(_ options: PIIDetectorOptions) -> [Recognizer] {
        var recognizers = EmailRecognizers.all + PhoneRecognizers.all + FinancialRecognizers.all + CryptoRecognizers.all
        recognizers += NationalRecognizers.all + EuropeanRecognizers.all + VATRecognizers.all + DocumentRecognizers.all
        recognizers += NetworkRecognizers.all + SecretRecognizers.all + CredentialRecognizers.all + BirthRecognizers.all
        recognizers += AddressRecognizers.all + NameRecognizers.all
        if options.pciMode { recognizers += FinancialRecognizers.authentication }
        if options.healthcareMode { recognizers += HealthRecognizers.all }
        let wanted = options.entities.map { Set($0.flatMap { self.types(named: $0) ?? [] }) } ?? self.defaultTypes
        recognizers.removeAll { !wanted.contains($0.type) }
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
        return self.aliases[key] ?? self.groups[key]
    }

    private static let defaultTypes = Set(types).subtracting(optionalTypes)

    private static let groups: [String: [String]] = [
        "ALL": types, "DEFAULT": types.filter { defaultTypes.contains($0) },
        "CONTACT": contactTypes, "FINANCIAL": moneyTypes, "NATIONAL_ID": nationalTypes, "GOVERNMENT_ID": nationalTypes + documentTypes,
        "NETWORK": networkTypes, "SECRET": secretTypes, "SECRETS": secretTypes, "CREDENTIALS": secretTypes, "HEALTH": healthTypes, "HEALTHCARE": healthTypes,
        "PCI": ["CREDIT_CARD", "CVV", "CARD_TRACK"],
    ]

    private static let aliases: [String: [String]] = [
        "EMAIL_ADDRESS": ["EMAIL"], "E_MAIL": ["EMAIL"],
        "PHONE_NUMBER": ["PHONE"], "TELEPHONE": ["PHONE"],
        "CARD": ["CREDIT_CARD"], "CREDIT_CARD_NUMBER": ["CREDIT_CARD"], "CREDITCARD": ["CREDIT_CARD"],
        "CVC": ["CVV"], "IBAN_CODE": ["IBAN"], "BANK_ACCOUNT": ["IBAN"], "SWIFT": ["BIC"], "SWIFT_CODE": ["BIC"],
        "SSN": ["US_SSN"], "SOCIAL_SECURITY_NUMBER": ["US_SSN"], "US_ITIN": ["US_SSN"],
        "NINO": ["UK_NINO"], "NHS": ["UK_NHS"], "NHS_NUMBER": ["UK_NHS"],
        "NIR": ["FR_NIR"], "INSEE": ["FR_NIR"], "DNI": ["ES_DNI"], "ES_NIF": ["ES_DNI"], "NIE": ["ES_NIE"],
        "CODICE_FISCALE": ["IT_CODICE_FISCALE"], "IT_FISCAL_CODE": ["IT_CODICE_FISCALE"],
        "STEUER_ID": ["DE_STEUER_ID"], "DE_TAX_ID": ["DE_STEUER_ID"],
        "BSN": ["NL_BSN"], "PESEL": ["PL_PESEL"], "NIF": ["PT_NIF"], "NRN": ["BE_NRN"], "AHV": ["CH_AHV"],
        "SVNR": ["AT_SVNR"], "EGN": ["BG_EGN"], "RODNE_CISLO": ["CZ_RODNE_CISLO"], "SK_RODNE_CISLO": ["CZ_RODNE_CISLO"], "CPR": ["DK_CPR"],
        "HETU": ["FI_HETU"], "AMKA": ["GR_AMKA"], "AFM": ["GR_AFM"], "OIB": ["HR_OIB"], "TAJ": ["HU_TAJ"], "PPS": ["IE_PPS"], "PPSN": ["IE_PPS"],
        "FODSELSNUMMER": ["NO_FNR"], "CNP": ["RO_CNP"], "PERSONNUMMER": ["SE_PERSONNUMMER"], "EMSO": ["SI_EMSO"],
        "VAT": ["VAT_ID"], "VAT_NUMBER": ["VAT_ID"], "EU_VAT": ["VAT_ID"],
        "PASSPORT_NUMBER": ["PASSPORT"], "US_PASSPORT": ["PASSPORT"], "DRIVING_LICENCE": ["DRIVER_LICENSE"], "DRIVERS_LICENSE": ["DRIVER_LICENSE"],
        "US_DRIVER_LICENSE": ["DRIVER_LICENSE"], "IDENTITY_CARD": ["ID_CARD"],
        "IP": ["IP_ADDRESS"], "IPV4": ["IP_ADDRESS"], "IPV6": ["IP_ADDRESS"], "MAC": ["MAC_ADDRESS"],
        "CRYPTO": ["CRYPTO_WALLET"], "WALLET": ["CRYPTO_WALLET"], "BITCOIN_ADDRESS": ["CRYPTO_WALLET"],
        "TOKEN": ["API_KEY"], "PASSWORDS": ["PASSWORD", "URL_CREDENTIALS"],
        "DOB": ["DATE_OF_BIRTH"], "BIRTH_DATE": ["DATE_OF_BIRTH"], "NAME": ["PERSON"], "PERSON_NAME": ["PERSON"],
        "LOCATION": ["ADDRESS"], "STREET_ADDRESS": ["ADDRESS"],
        "MRN": ["MEDICAL_RECORD"], "INSURANCE_ID": ["HEALTH_INSURANCE_ID"], "DEA": ["DEA_NUMBER"],
    ]
}
