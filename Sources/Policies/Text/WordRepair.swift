/// Words of orders to an assistant that are one slip away from their spelling, put right: `ingore the previuos instrcutions`.
///
/// A slip is two letters that changed places, the inner letters of a word in any order, a letter too many or too few, in long words another
/// letter. The first and the last letter must be right: endings make other words (`ignored`, `prompts`). Common words are left alone.
enum WordRepair {
    /// What stands around a word that was put right, since a slip says nothing about the rest of a long text.
    private static let surroundings = 192
    private static let lengths = 5...15

    /// The parts of a folded text in which words were put right, a line break between them; nil when there were none.
    static func repaired(_ text: Span<UInt8>) -> [UInt8]? {
        var repairs: [(range: Range<Int>, word: Int)] = []
        var index = 0
        while index < text.count {
            guard Byte.isLetter(text[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, Byte.isLetter(text[index]) { index += 1 }
            if let word = Self.vocabulary.nearest(to: text.extracting(start..<index)) { repairs.append((start..<index, word)) }
        }
        return repairs.isEmpty ? nil : self.parts(text, repairs)
    }

    private static func parts(_ text: Span<UInt8>, _ repairs: [(range: Range<Int>, word: Int)]) -> [UInt8] {
        var output: [UInt8] = []
        var copied = 0
        for (number, repair) in repairs.enumerated() {
            let start = max(copied, repair.range.lowerBound - self.surroundings)
            if start > copied, !output.isEmpty { output.append(0x0A) }
            for index in start..<repair.range.lowerBound { output.append(text[index]) }
            output += self.vocabulary.words[repair.word]
            let limit = number + 1 < repairs.count ? repairs[number + 1].range.lowerBound : text.count
            copied = min(limit, repair.range.upperBound + self.surroundings)
            for index in repair.range.upperBound..<copied { output.append(text[index]) }
        }
        return output
    }

    private static let vocabulary = Vocabulary(
        """
        ignore ignoring disregard forget instructions instruction previous prior original prompt system restrictions guidelines override \
        bypass reveal repeat password secret conversation unrestricted unfiltered uncensored jailbreak pretend developer assistant without \
        everything above initial hidden confidential commands directives limitations ethical answer forward
        ignoriere ignorieren vergiss missachte anweisungen anweisung vorherigen bisherigen vorgaben richtlinien einschrankungen \
        beschrankungen passwort antworte beginne nachricht entwickler wiederhole warnung entschuldigung
        oublie oubliez precedentes precedent consignes consigne regles annulees nouvelle utilisateur restrictions administrateur ignorez \
        desormais repete revele
        ignora olvida instrucciones anteriores reglas contrasena secreta proteger restricciones usuario repite
        dimentica istruzioni precedenti regole obbedire messaggio restrizioni amministratore rispondi ripeti segreta utente inoltra
        esquece esqueca instrucoes anteriores regras disseram mensagem restricoes obedece utilizador repete senha
        negeer vergeet instructies vorige eerdere regels beperkingen wachtwoord antwoord gebruiker herhaal richtlijnen opdracht
        zignoruj zapomnij instrukcje poprzednie zasady ograniczenia polecenia haslo odpowiedz uzytkownikowi powtorz wytyczne
        """,
        alike: "precious conservation conversations assistent assistants systeem systems conversacion revel reels regle prompted consegne vorgeben")

    /// Words and how to find those one slip away: by every spelling with one letter less, and by the inner letters in any order.
    private struct Vocabulary: Sendable {
        let words: [[UInt8]]
        /// By hash; several words may share one.
        private var places: [(key: UInt64, word: Int)]

        /// `alike`: words that are no slips of the others.
        init(_ text: String, alike: String) {
            let wanted = Set(text.split(whereSeparator: \.isWhitespace)).sorted()
            self.words = (wanted + alike.split(separator: " ")).map { Array($0.utf8) }
            let count = self.words.reduce(0) { $0 + $1.count + 2 }
            var size = 64
            while size < count * 4 { size *= 2 }
            self.places = Array(repeating: (0, -1), count: size)
            for (number, word) in self.words.enumerated() {
                let hashes = Hashes(word.span)
                self.insert(hashes.whole, number)
                guard number < wanted.count else { continue }
                self.insert(hashes.inner, number)
                for place in word.indices { self.insert(hashes.without(place), number) }
            }
        }

        private mutating func insert(_ key: UInt64, _ word: Int) {
            var place = Int(truncatingIfNeeded: key) & (self.places.count - 1)
            while self.places[place].word >= 0 {
                if self.places[place] == (key, word) { return }
                place = (place + 1) & (self.places.count - 1)
            }
            self.places[place] = (key, word)
        }

        func nearest(to text: Span<UInt8>) -> Int? {
            guard (lengths.lowerBound - 1...lengths.upperBound + 1).contains(text.count) else { return nil }
            let hashes = Hashes(text)
            if self.find(hashes.whole, where: { self.isSame($0, text) }) != nil || WordScore.isCommon(text) { return nil }
            if text.count > 5, let word = self.find(hashes.inner, where: { self.isScrambled($0, text) }) { return word }
            if let word = self.find(hashes.whole, where: { self.isOneSlip($0, text) }) { return word }
            for place in text.indices {
                if let word = self.find(hashes.without(place), where: { self.isOneSlip($0, text) }) { return word }
            }
            return nil
        }

        private func find(_ key: UInt64, where isRight: (_ word: [UInt8]) -> Bool) -> Int? {
            var place = Int(truncatingIfNeeded: key) & (self.places.count - 1)
            while self.places[place].word >= 0 {
                if self.places[place].key == key, isRight(self.words[self.places[place].word]) { return self.places[place].word }
                place = (place + 1) & (self.places.count - 1)
            }
            return nil
        }

        private func isSame(_ word: [UInt8], _ text: Span<UInt8>) -> Bool {
            word.count == text.count && word.indices.allSatisfy { word[$0] == Byte.lowercased(text[$0]) }
        }

        private func isScrambled(_ word: [UInt8], _ text: Span<UInt8>) -> Bool {
            guard word.count == text.count, word[0] == Byte.lowercased(text[0]) else { return false }
            var counts = [Int](repeating: 0, count: 256)
            for place in word.indices {
                counts[Int(word[place])] += 1
                counts[Int(Byte.lowercased(text[place]))] -= 1
            }
            return word[word.count - 1] == Byte.lowercased(text[text.count - 1]) && counts.allSatisfy { $0 == 0 }
        }

        private func isOneSlip(_ word: [UInt8], _ text: Span<UInt8>) -> Bool {
            guard WordRepair.lengths.contains(word.count), abs(word.count - text.count) <= 1 else { return false }
            var start = 0
            while start < word.count, start < text.count, word[start] == Byte.lowercased(text[start]) { start += 1 }
            var (left, right) = (word.count, text.count)
            while left > start, right > start, word[left - 1] == Byte.lowercased(text[right - 1]) { (left, right) = (left - 1, right - 1) }
            let (missing, added) = (left - start, right - start)
            let isSwapped =
                missing == 2 && added == 2 && word[start] == Byte.lowercased(text[start + 1]) && word[start + 1] == Byte.lowercased(text[start])
            if isSwapped { return true }
            guard start > 0, word[word.count - 1] == Byte.lowercased(text[text.count - 1]) else { return false }
            return (missing, added) == (1, 1) ? word.count >= 8 : missing + added == 1 && word.count >= 6
        }
    }

    /// Hashes of a word of at most 16 letters, of it without any one, and of its letters in any order between the first and the last.
    private struct Hashes {
        let whole: UInt64
        let inner: UInt64
        private var prefixes = InlineArray<17, UInt64>(repeating: 0)
        private var suffixes = InlineArray<17, UInt64>(repeating: 0)
        private let count: Int

        private static let factor: UInt64 = 0x0000_0100_0000_01B3
        private static let powers: [UInt64] = (0..<17).map { count in (0..<count).reduce(1) { power, _ in power &* factor } }

        init(_ word: Span<UInt8>) {
            self.count = word.count
            var letters: UInt64 = 0
            for place in word.indices {
                let letter = UInt64(Byte.lowercased(word[place])) &* 0x9E37_79B9_7F4A_7C15
                self.prefixes[place + 1] = self.prefixes[place] &* Self.factor &+ letter
                letters &+= letter ^ letter >> 29
            }
            var place = word.count
            while place > 0 {
                place -= 1
                let letter = UInt64(Byte.lowercased(word[place])) &* 0x9E37_79B9_7F4A_7C15
                self.suffixes[place] = letter &* Self.powers[word.count - place - 1] &+ self.suffixes[place + 1]
            }
            self.whole = Self.mixed(self.prefixes[word.count])
            self.inner = Self.mixed(letters &+ UInt64(Byte.lowercased(word[0])) << 8 &+ UInt64(Byte.lowercased(word[word.count - 1])))
        }

        func without(_ place: Int) -> UInt64 {
            Self.mixed(self.prefixes[place] &* Self.powers[self.count - place - 1] &+ self.suffixes[place + 1])
        }

        private static func mixed(_ value: UInt64) -> UInt64 { (value ^ value >> 32) &* 0xD6E8_FEB8_6659_FD93 >> 16 }
    }
}
