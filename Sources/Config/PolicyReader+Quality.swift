internal import Policies
internal import Settings

extension PolicyReader {
    typealias Assertion = QualityScorerOptions.Assertion

    func qualityScorer(_ block: Block) -> QualityScorerOptions {
        var options = QualityScorerOptions()
        options.outputCharsMin = block.int("min_output_chars", in: 0...1_000_000)
        options.sentencesMin = block.int("min_sentences", in: 0...10_000)
        options.failureAction = block.choice("failure_action", QualityScorerOptions.FailureAction.self) ?? options.failureAction
        if let thresholds = block.block("thresholds") {
            options.aggregateMin = thresholds.number("min_aggregate", in: 0...1)
            thresholds.finish()
        }
        var names: Set<String> = []
        for item in block.list("assertions", countMax: 256, accepts: "assertions") ?? [] {
            guard let one = Block(item.node, path: item.path, log: self.log, example: "{type: contains, value: ...}") else { continue }
            let isEnabled = one.bool("enabled") ?? true
            if let assertion = self.assertion(one, &names), isEnabled { options.assertions.append(assertion) }
            one.finish()
        }
        self.warnAboutEffect(options, block)
        return options
    }

    private func warnAboutEffect(_ options: QualityScorerOptions, _ block: Block) {
        let isEnforced = options.outputCharsMin != nil || options.sentencesMin != nil || options.assertions.contains { $0.mode == .enforce }
        if !isEnforced, options.aggregateMin != nil {
            self.log.warning(
                .unusedBlock, block.path("thresholds.min_aggregate"), at: block.keyPlace("thresholds"), "has no effect: nothing is enforced",
                help: "give an assertion the mode enforce")
        }
        guard options.failureAction != .log else { return }
        let path = block.path("failure_action")
        let place = block.keyPlace("failure_action")
        if isEnforced {
            self.log.warning(
                .wholeAnswer, path, at: place,
                "a stream waits for its whole answer: with \(options.failureAction.rawValue) nothing goes out before it was scored",
                help: "write log to score answers without holding them back")
        } else {
            self.log.warning(.unusedBlock, path, at: place, "has no effect: nothing is enforced", help: "give an assertion the mode enforce")
        }
    }

    /// nil, and reported: what it asks is not known.
    private func assertion(_ one: Block, _ names: inout Set<String>) -> Assertion? {
        one.missing("type", "contains")
        one.know(["type", "name", "value", "threshold", "weight", "mode", "negate", "case_sensitive"])
        guard let type = one.choice("type", QualityScorerOptions.AssertionType.self) else { return nil }
        var assertion = Assertion(type: type)
        assertion.name = self.name(one, type, &names)
        assertion.weight = one.number("weight", in: 0...10) ?? assertion.weight
        assertion.mode = one.choice("mode", Assertion.Mode.self) ?? assertion.mode
        assertion.negate = one.bool("negate") ?? assertion.negate
        if one.has("case_sensitive") {
            switch type {
            case .contains, .notContains, .regex: assertion.isCaseSensitive = one.bool("case_sensitive") ?? true
            default: self.log.error(.unknownKey, one.path("case_sensitive"), at: one.keyPlace("case_sensitive"), "\(type.rawValue) knows no case", help: "remove it")
            }
        }
        switch type {
        case .contains, .notContains: assertion.values = self.texts(one, type)
        case .regex: assertion.values = self.expressions(one)
        case .isJSON, .jsonSchema: assertion.schema = self.schema(one, isNeeded: type == .jsonSchema)
        case .language: assertion.values = self.languages(one)
        case .refusal: self.refuseValue(one, type)
        case .maxLength, .repetition, .latency, .cost: break
        }
        if type.hasLimit {
            assertion.threshold = self.limit(one, type) ?? assertion.threshold
        } else {
            assertion.threshold = one.number("threshold", in: 0...1) ?? assertion.threshold
        }
        return assertion
    }

    /// Its own, or the type's with a number from the second on.
    private func name(_ one: Block, _ type: QualityScorerOptions.AssertionType, _ names: inout Set<String>) -> String {
        if let name = one.string("name", bytesMax: 128) {
            if !names.insert(name).inserted {
                self.log.error(.duplicateName, one.path("name"), at: one.keyPlace("name"), "another assertion is called \"\(ConfigNode.cut(name))\"", help: "events tell them apart by their names")
            }
            return name
        }
        var name = type.rawValue
        var number = 1
        while !names.insert(name).inserted {
            number += 1
            name = "\(type.rawValue)-\(number)"
        }
        return name
    }

    // MARK: Values

    /// One item or a list of them.
    private func items(_ one: Block, _ accepts: String) -> [(node: ConfigNode, path: String)] {
        guard let node = one.node("value") else {
            one.missing("value", accepts)
            return []
        }
        if case .list(let items) = node.content {
            if items.isEmpty || items.count > 100 {
                self.log.error(.outOfRange, one.path("value"), at: node.place, "accepts 1 to 100 items, found \(items.count)")
                return []
            }
            return items.enumerated().map { ($0.element, "\(one.path("value"))[\($0.offset)]") }
        }
        return [(node, one.path("value"))]
    }

    private func texts(_ one: Block, _ type: QualityScorerOptions.AssertionType) -> [String] {
        self.items(one, "\"...\"").compactMap { item in
            // A number is as good as a text here.
            if case .scalar(let scalar) = item.node.content, case .int? = item.node.meaning { return scalar.text }
            return one.text(item.node, path: item.path, bytesMax: 4_096, isMultiline: true)
        }
    }

    private func expressions(_ one: Block) -> [String] {
        self.items(one, "'...'").compactMap { self.pattern($0.node, path: $0.path, one, use: .assertion)?.pattern }
    }

    private func languages(_ one: Block) -> [String] {
        self.items(one, "en").compactMap { item in
            guard let code = one.text(item.node, path: item.path, bytesMax: 64) else { return nil }
            // Norway's two written forms are not told apart.
            let known = ["nb": "no", "nn": "no"][code] ?? code
            if LanguageDetector.languages.contains(known) { return known }
            self.log.error(
                .unknownValue, item.path, at: item.node.place, "unknown language \"\(ConfigNode.cut(code))\"",
                help: "known, by ISO 639-1: \(LanguageDetector.languages.joined(separator: ", "))")
            return nil
        }
    }

    private func refuseValue(_ one: Block, _ type: QualityScorerOptions.AssertionType) {
        guard one.node("value") != nil else { return }
        self.log.error(.unknownKey, one.path("value"), at: one.keyPlace("value"), "\(type.rawValue) has no value", help: "remove it")
    }

    /// `value` and `threshold` mean the same.
    private func limit(_ one: Block, _ type: QualityScorerOptions.AssertionType) -> Double? {
        if one.has("value"), one.has("threshold") {
            self.log.error(
                .contradiction, one.path("threshold"), at: one.keyPlace("threshold"), "also given as value", help: "keep one of the two")
            return nil
        }
        let key = one.has("value") ? "value" : "threshold"
        switch type {
        case .repetition: return one.has(key) ? one.number(key, in: 0...1) : 0.5
        case .maxLength:
            one.missing(key, "2000")
            return one.int(key, in: 1...10_000_000).map { Double($0) }
        case .latency:
            one.missing(key, "5000")
            return one.number(key, in: 1...3_600_000)
        case .cost:
            one.missing(key, "0.01")
            return one.number(key, in: 0...1_000_000)
        case .contains, .notContains, .regex, .isJSON, .jsonSchema, .language, .refusal: return nil
        }
    }

    // MARK: Schemas

    /// A schema written in YAML, or as a text of JSON.
    private func schema(_ one: Block, isNeeded: Bool) -> String? {
        guard let node = one.node("value") else {
            if isNeeded { one.missing("value", "{type: object}") }
            return nil
        }
        guard !node.isRefused else { return nil }
        let text: String
        if case .mapping = node.content {
            text = node.json
        } else if case .string(let written) = node.meaning {
            text = written
        } else {
            one.wrongType("value", node, accepts: "a JSON Schema, as a block of keys or as a text of JSON")
            return nil
        }
        do {
            _ = try JSONSchema(text)
            return text
        } catch {
            let (place, found) = node.place(of: error.path)
            let inside = error.path[..<found].reduce(one.path("value")) { Int($1) == nil ? "\($0).\($1)" : "\($0)[\($1)]" }
            let help = error.unknown.map { Near.did($0, of: JSONSchema.keywords) ?? "known: \(JSONSchema.keywords.joined(separator: ", "))" }
            let rest = error.path[found...].joined(separator: "/")
            self.log.error(.malformed, inside, at: place, (rest.isEmpty ? "" : "\(ConfigNode.cut(rest)): ") + error.message, help: help)
            return nil
        }
    }
}

extension ConfigNode {
    /// The place of a value below, and how much of the way there the document has.
    func place(of path: [String]) -> (place: Place, found: Int) {
        var node = self
        var place = self.place
        for (index, step) in path.enumerated() {
            switch node.content {
            case .mapping(let entries):
                guard let entry = entries.first(where: { $0.key == step }) else { return (place, index) }
                (node, place) = (entry.value, entry.keyPlace)
            case .list(let items):
                guard let number = Int(step), items.indices.contains(number) else { return (place, index) }
                (node, place) = (items[number], items[number].place)
            case .scalar, .refused: return (place, index)
            }
        }
        return (place, path.count)
    }
}
