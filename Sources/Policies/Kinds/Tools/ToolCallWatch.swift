internal import Exchange

/// The tool calls of one answer, as their names come in. A function of the names, however they are cut: a call is refused as soon as what is
/// known of its name must not go out.
struct ToolCallWatch {
    private struct Call {
        let choice: Int
        let place: Int
        var name: [UInt8]
    }

    /// Calls that the conversation held before the answer.
    var actionsBefore = 0
    private var calls: [Call] = []

    mutating func clear() {
        self.actionsBefore = 0
        self.calls.removeAll(keepingCapacity: true)
    }

    /// Takes (more of) the name of a call. Choices are alternatives: each counts its own calls.
    mutating func objection(to piece: Span<UInt8>, _ origin: TextOrigin, _ rules: ToolRules) -> ToolRules.Objection? {
        let index: Int
        if let known = self.calls.firstIndex(where: { $0.choice == origin.index && $0.place == origin.subIndex }) {
            index = known
            self.calls[known].name.append(piece)
        } else {
            index = self.calls.count
            self.calls.append(Call(choice: origin.index, place: origin.subIndex, name: []))
            self.calls[index].name.append(piece)
        }
        let count = self.actionsBefore + self.calls.count { $0.choice == origin.index }
        let name = self.calls[index].name
        return rules.objection(to: name.span) ?? rules.objection(toActions: count)
    }
}
