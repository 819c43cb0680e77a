/// Names of entity types as evaluation data writes them: Presidio's, where it has one.
enum EntityNames {
    private static let names = [
        "EMAIL": "EMAIL_ADDRESS", "PHONE": "PHONE_NUMBER", "IBAN": "IBAN_CODE", "IT_CODICE_FISCALE": "IT_FISCAL_CODE", "DE_STEUER_ID": "DE_TAX_ID",
        "API_KEY": "SECRET", "PASSWORD": "SECRET", "PRIVATE_KEY": "SECRET", "URL_CREDENTIALS": "SECRET",
    ]

    static func ofData(_ type: String) -> String { self.names[type] ?? type }

    /// Without context nobody can tell them: reported apart.
    static let contextual: Set<String> = ["PERSON", "ADDRESS", "DATE_OF_BIRTH"]
}
