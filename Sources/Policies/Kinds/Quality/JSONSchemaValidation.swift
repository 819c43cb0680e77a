internal import Exchange
internal import Patterns

/// One value against one schema, with a bound on the work.
struct JSONSchemaValidation {
    let nodes: [JSONSchema.Node]
    private var steps = 0
    /// The work was cut short: nothing is accepted, not even by `not`.
    private var isCut = false

    init(nodes: [JSONSchema.Node]) { self.nodes = nodes }

    mutating func accepts(_ value: JSONNode) -> Bool { self.accepts(value, 0, depth: 0) && !self.isCut }

    private mutating func accepts(_ value: JSONNode, _ number: Int, depth: Int) -> Bool {
        self.steps += 1
        guard !self.isCut, depth < JSONSchema.depthMax, self.steps <= JSONSchema.stepsMax else {
            self.isCut = true
            return false
        }
        let node = self.nodes[number]
        if let constant = node.constant { return constant }
        if let reference = node.reference, !self.accepts(value, reference, depth: depth + 1) { return false }
        if let types = node.types, types.isDisjoint(with: Self.types(of: value)) { return false }
        if let constantValue = node.constantValue, constantValue != value.sorted { return false }
        if let accepted = node.accepted, !accepted.contains(value.sorted) { return false }
        switch value {
        case .null, .bool: break
        case .number(let number): if !Self.acceptsNumber(number, node) { return false }
        case .string(let text): if !Self.acceptsText(text, node) { return false }
        case .array(let items): if !self.acceptsItems(items, node, depth) { return false }
        case .object(let members): if !self.acceptsMembers(members, node, depth) { return false }
        }
        return self.acceptsCombined(value, node, depth)
    }

    private static func types(of value: JSONNode) -> JSONSchema.Types {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .string: .string
        case .array: .array
        case .object: .object
        case .number(let number): number.isFinite && number == number.rounded() ? [.number, .integer] : .number
        }
    }

    private static func acceptsNumber(_ number: Double, _ node: JSONSchema.Node) -> Bool {
        if let minimum = node.minimum, number < minimum { return false }
        if let maximum = node.maximum, number > maximum { return false }
        if let minimum = node.exclusiveMinimum, number <= minimum { return false }
        if let maximum = node.exclusiveMaximum, number >= maximum { return false }
        if let step = node.multipleOf {
            // 0.3 is three times 0.1 for people.
            let quotient = number / step
            if !quotient.isFinite || abs(quotient - quotient.rounded()) > 1e-9 * max(1, abs(quotient)) { return false }
        }
        return true
    }

    private static func acceptsText(_ text: [UInt8], _ node: JSONSchema.Node) -> Bool {
        if node.lengthMin != nil || node.lengthMax != nil {
            let length = text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
            if let least = node.lengthMin, length < least { return false }
            if let most = node.lengthMax, length > most { return false }
        }
        return node.pattern?.matches(text.span) ?? true
    }

    private mutating func acceptsItems(_ items: [JSONNode], _ node: JSONSchema.Node, _ depth: Int) -> Bool {
        if let least = node.itemsMin, items.count < least { return false }
        if let most = node.itemsMax, items.count > most { return false }
        if node.itemsAreUnique, Set(items.map(\.sorted)).count != items.count { return false }
        for (index, item) in items.enumerated() {
            let schema = index < node.prefixItems.count ? node.prefixItems[index] : node.items
            guard let schema else { break }
            if !self.accepts(item, schema, depth: depth + 1) { return false }
        }
        return true
    }

    private mutating func acceptsMembers(_ members: [JSONNode.Member], _ node: JSONSchema.Node, _ depth: Int) -> Bool {
        if let least = node.propertiesMin, members.count < least { return false }
        if let most = node.propertiesMax, members.count > most { return false }
        if !node.required.isEmpty {
            let keys = Set(members.map(\.key))
            if !node.required.allSatisfy({ keys.contains($0) }) { return false }
        }
        if node.properties.isEmpty, node.additional == nil { return true }
        for member in members {
            let schema = node.properties[member.key] ?? node.additional
            if let schema, !self.accepts(member.value, schema, depth: depth + 1) { return false }
        }
        return true
    }

    private mutating func acceptsCombined(_ value: JSONNode, _ node: JSONSchema.Node, _ depth: Int) -> Bool {
        for schema in node.allOf where !self.accepts(value, schema, depth: depth + 1) { return false }
        if let anyOf = node.anyOf {
            var isAny = false
            for schema in anyOf where !isAny { isAny = self.accepts(value, schema, depth: depth + 1) }
            if !isAny { return false }
        }
        if let oneOf = node.oneOf {
            var count = 0
            for schema in oneOf where count < 2 && self.accepts(value, schema, depth: depth + 1) { count += 1 }
            if count != 1 { return false }
        }
        if let not = node.not, self.accepts(value, not, depth: depth + 1) { return false }
        return true
    }
}
