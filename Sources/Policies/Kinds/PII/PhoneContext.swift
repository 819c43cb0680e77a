/// What the words before a number say about it: to be called, or counted otherwise.
enum PhoneContext {
    enum Name { case phone, number, nothing }

    /// Words that only telephones have.
    static let phones = ContextWords(
        "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "call", "calling", "callback", "ring me", "or ring", "ring us", "dial", "text me",
        "text us", "sms", "whatsapp", "viber", "contact number", "contact me", "contact us", "reach me", "reach us", "reach him", "reach her", "reached at",
        "reached on", "reachable", "answering at", "answer at", "desk", "hotline", "helpline", "landline", "voicemail", "toll free", "toll-free", "ph", "mob", "switchboard", "ext",
        "telefon", "tel.", "handy", "mobil", "ruf", "rufnummer", "anruf", "rufen", "wahl", "wahlen", "durchwahl", "ruckruf", "festnetz", "erreich", "faxnummer",
        "melden", "melde", "zentrale",
        "portable", "appel", "rappel", "joindre", "joignable", "joignez", "contacter", "contactez", "numero de tel", "telecopie", "ligne fixe",
        "movil", "celular", "llama", "llame", "llamad", "llamar", "contactar", "contacte", "marque", "telefono",
        "cellulare", "chiama", "chiami", "recapito", "telefonate", "telefonare", "telefonami", "contatt", "richiam",
        "telemovel", "ligue", "liga", "ligar", "ligacao", "contacto", "contato", "telefone",
        "bel", "belt", "bellen", "gsm", "mobiel", "telefoon", "bereikbaar", "bereiken", "nummer is",
        "zadzwon", "dzwon", "komork", "kom", "numer tel", "oddzwon", "tlf", "ring", "ringe", "puhelin", "soita", "puh", "zavolej", "volat", "volejte", "hivj",
        "hivjon", "suna", "sunati", "apelati", "cep", "ara")
    /// Words that a telephone shares with other numbers.
    private static let numbers = ContextWords(
        "my number", "our number", "your number", "his number", "her number", "their number", "number is", "number:", "meine nummer", "unsere nummer",
        "nummer ist", "nummer lautet", "nummer:", "mon numero", "notre numero", "numero est", "mi numero", "nuestro numero", "numero es", "mio numero",
        "nostro numero", "numero e", "meu numero", "nosso numero", "numero:", "mijn nummer", "ons nummer", "moj numer", "nasz numer", "numer to", "numer:",
        "mitt nummer", "mit nummer")
    private static let others = ContextWords(
        "order", "ticket", "tracking", "invoice", "isbn", "ref", "reference", "version", "serial", "card", "account", "case",
        "confirmation", "booking", "reservation", "policy", "passport", "membership", "flight", "registration", "customer", "employee", "student",
        "license", "licence", "permit", "batch", "transaction", "receipt", "vat", "tax id", "tax number", "ssn", "social security", "npi", "mrn", "ean", "upc",
        "gtin", "issn", "timestamp", "epoch", "amount", "total", "price", "balance", "coordinates", "latitude", "longitude", "hash", "checksum", "uuid",
        "guid", "pid", "error", "routing", "sort code", "shipment", "parcel", "package", "voucher", "coupon", "claim", "medicare", "national insurance",
        "bestell", "rechnung", "auftrag", "sendung", "karte", "konto", "referenz", "kunden", "vorgang", "artikel", "seriennummer", "buchung", "vertrag",
        "versicherung", "aktenzeichen", "steuer", "ausweis", "betrag", "paket", "mitglied",
        "commande", "facture", "colis", "carte", "compte", "dossier", "contrat", "reservation", "montant", "suivi", "securite sociale",
        "pedido", "factura", "tarjeta", "cuenta", "referencia", "contrato", "poliza", "reserva", "importe", "envio", "seguimiento", "expediente",
        "ordine", "fattura", "carta", "conto", "riferimento", "contratto", "polizza", "prenotazione", "pratica", "spedizione", "importo",
        "encomenda", "fatura", "cartao", "conta", "contribuinte",
        "bestelling", "factuur", "kaart", "rekening", "boeking", "polis", "zending", "pakket",
        "zamowien", "faktur", "karta", "konto", "przesylk", "umow", "polisa", "rezerwacj",
        "build", "commit", "sku", "part", "model", "item", "size", "id", "nhs", "bsn", "nif", "pesel", "iban", "numero suivi")

    /// The nearest word on the left names another kind of number.
    static func namesOther(_ text: Span<UInt8>, _ start: Int, reach: Int = 40) -> Bool {
        guard let other = self.others.distance(in: text, before: start, reach: reach) else { return false }
        guard let phone = self.phones.distance(in: text, before: start, reach: 64) else { return true }
        return other < phone
    }

    static func names(_ text: Span<UInt8>, _ start: Int) -> Name {
        if let distance = self.phones.distance(in: text, before: start, reach: 40), distance <= 24 {
            return self.namesOther(text, start, reach: 24) ? .nothing : .phone
        }
        guard let distance = self.numbers.distance(in: text, before: start, reach: 40), distance <= 4 else { return .nothing }
        return self.others.distance(in: text, before: start, reach: 64) == nil ? .number : .nothing
    }
}
