internal import Patterns
internal import Settings

extension PhaseProgram {
    mutating func addTestFault(_ perform: @escaping @Sendable (TestFaultCommand) -> Void) {
        self.add(Policy(kind: .testFault, action: .block, reasonCode: Self.code(.testFault, "detected")))
        let recognizer = Recognizer(
            type: "COMMAND", expression: TestFaultCommand.expression, isCaseless: false, leftContextMax: 0,
            confirm: { text, match, _ in
                guard let command = TestFaultCommand(text.extracting(match)) else { return false }
                perform(command)
                return command == .error
            }, priority: 100)
        self.add(
            Pattern(expression: recognizer.expression, isCaseless: false), .recognizer(recognizer), type: recognizer.type, blocks: true,
            isError: true)
    }
}
