internal import Settings

/// `pack`: what the configuration calls itself.
struct PackReader {
    let log: IssueLog

    func read(_ block: Block) -> Pack {
        block.missing("name", "my-gateway")
        block.missing("version", "1.0.0")
        var pack = Pack(name: block.string("name", bytesMax: 128) ?? "", version: self.version(block) ?? "")
        pack.enabled = block.bool("enabled") ?? true
        pack.description = block.string("description", bytesMax: 4_096, isMultiline: true)
        block.finish()
        return pack
    }

    func version(_ block: Block) -> String? {
        guard let node = block.node("version"), !node.isRefused else { return nil }
        if case .scalar(let scalar) = node.content, !node.isNull {
            if Words.isSemanticVersion(scalar.text) { return scalar.text }
            let parts = scalar.text.split(separator: ".", omittingEmptySubsequences: false)
            let isShort = parts.count < 3 && parts.allSatisfy { Words.isSemanticVersion("\($0).0.0") }
            let meant = isShort ? "write \((parts + ["0", "0"]).prefix(3).joined(separator: "."))" : "write 1.0.0"
            self.log.error(.malformed, block.path("version"), at: node.place, "accepts MAJOR.MINOR.PATCH, found \(node.described())", help: meant)
        } else {
            block.wrongType("version", node, accepts: "MAJOR.MINOR.PATCH", help: "write 1.0.0")
        }
        return nil
    }
}
