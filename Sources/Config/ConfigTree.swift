/// Makes one file's bytes a tree of nodes. Bounded in bytes, depth and nodes; no anchors, no tags, one document.
struct ConfigTree: ~Copyable {
    static let bytesMax = 1 << 20
    static let depthMax = 24
    static let nodesMax = 50_000

    private let file: Int
    private let log: IssueLog
    private var parser: YAMLParser
    private var nodeCount = 0

    /// What ends the reading of a file, after it has been reported.
    private enum Stop: Error { case tooLarge }

    /// The top of the document; nil after an error that leaves no document.
    static func read(_ bytes: [UInt8], file: Int, log: IssueLog) -> ConfigNode? {
        let top = Place(file: file, line: 1, column: 1)
        guard bytes.count <= Self.bytesMax else {
            log.error(.tooLarge, "", at: top, "the file has \(bytes.count) bytes, at most \(Self.bytesMax) are read")
            return nil
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            log.error(.encoding, "", at: Self.firstInvalid(bytes, file: file), "not UTF-8", help: "save the file as UTF-8")
            return nil
        }
        // A byte order mark is no part of the text (YAML 1.2, section 5.2).
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let parser = YAMLParser(text) else {
            log.error(.tooLarge, "", at: top, "no memory to read the file")
            return nil
        }
        var tree = ConfigTree(file: file, log: log, parser: parser)
        do {
            return try tree.document()
        } catch let failure as YAMLParser.Failure {
            tree.report(failure, text)
            return nil
        } catch {
            return nil
        }
    }

    private init(file: Int, log: IssueLog, parser: consuming YAMLParser) {
        self.file = file
        self.log = log
        self.parser = parser
    }

    private mutating func document() throws -> ConfigNode? {
        var root: ConfigNode?
        while true {
            switch try self.parser.next() {
            case .documentStart(let mark):
                guard root == nil else {
                    self.log.error(
                        .severalDocuments, "", at: self.place(mark), "a second document begins here",
                        help: "keep one document per file; give each file its own --policy-config to layer them")
                    return nil
                }
                root = try self.node(self.parser.next(), path: "", depth: 0)
            case .streamEnd:
                if root == nil || root?.isNull == true {
                    self.log.error(.documentShape, "", at: Place(file: self.file, line: 1, column: 1), "the file is empty", help: "start with `kt init`")
                    return nil
                }
                return root
            default: continue
            }
        }
    }

    private mutating func node(_ event: YAMLParser.Event, path: String, depth: Int) throws -> ConfigNode {
        self.nodeCount += 1
        switch event {
        case .scalar(let text, let style, let properties, let start, let end):
            let place = self.place(start)
            let isRefused = self.refuses(properties, path, place)
            try self.checkSize(path, place, depth)
            let quotes = style == .plain ? 0 : 2
            let scalar = ConfigNode.Scalar(
                text: text, isPlain: style == .plain,
                isVerbatim: style != .block && start.line == end.line && end.column - start.column == text.unicodeScalars.count + quotes,
                isQuoted: quotes == 2)
            return ConfigNode(content: isRefused ? .refused : .scalar(scalar), place: place)
        case .alias(let mark):
            self.log.error(
                .anchorOrTag, path, at: self.place(mark), "aliases (`*name`) are not accepted", help: "write the value out, or layer a second --policy-config")
            return ConfigNode(content: .refused, place: self.place(mark))
        case .listStart(let properties, let mark):
            let place = self.place(mark)
            let isRefused = self.refuses(properties, path, place)
            try self.checkSize(path, place, depth)
            var items: [ConfigNode] = []
            while true {
                let event = try self.parser.next()
                if case .end = event { break }
                items.append(try self.node(event, path: "\(path)[\(items.count)]", depth: depth + 1))
            }
            return ConfigNode(content: isRefused ? .refused : .list(items), place: place)
        case .mappingStart(let properties, let mark):
            let place = self.place(mark)
            let isRefused = self.refuses(properties, path, place)
            try self.checkSize(path, place, depth)
            let entries = try self.entries(path: path, depth: depth)
            return ConfigNode(content: isRefused ? .refused : .mapping(entries), place: place)
        case .documentStart, .end, .streamEnd:
            preconditionFailure("libyaml gave an end where a node begins")
        }
    }

    private mutating func entries(path: String, depth: Int) throws -> [ConfigNode.Entry] {
        var entries: [ConfigNode.Entry] = []
        var firstPlaces: [String: Place] = [:]
        while true {
            let keyEvent = try self.parser.next()
            if case .end = keyEvent { return entries }
            let keyNode = try self.node(keyEvent, path: path, depth: depth + 1)
            guard case .scalar(let key) = keyNode.content else {
                if !keyNode.isRefused { self.log.error(.wrongType, path, at: keyNode.place, "a key has to be a text, found \(keyNode.described())") }
                _ = try self.node(self.parser.next(), path: path, depth: depth + 1)
                continue
            }
            let keyPath = path.isEmpty ? ConfigNode.cut(key.text) : "\(path).\(ConfigNode.cut(key.text))"
            let isMergeKey = key.isPlain && key.text == "<<"
            let errorsBefore = isMergeKey ? self.log.mark() : nil
            let value = try self.node(self.parser.next(), path: keyPath, depth: depth + 1)
            if isMergeKey {
                // One mistake, one error: the alias behind `<<` is not told as well.
                if let errorsBefore { self.log.forget(since: errorsBefore) }
                self.log.error(
                    .anchorOrTag, keyPath, at: keyNode.place, "merge keys (`<<`) are not accepted",
                    help: "write the keys out, or layer a second --policy-config")
            } else if let first = firstPlaces[key.text] {
                self.log.error(
                    .duplicateKey, keyPath, at: keyNode.place, "this key stands here twice, first in line \(first.line)", help: "keep one of the two")
            } else {
                firstPlaces[key.text] = keyNode.place
                entries.append(.init(key: key.text, keyPlace: keyNode.place, value: value))
            }
        }
    }

    private func place(_ mark: YAMLParser.Mark) -> Place { Place(file: self.file, line: mark.line, column: mark.column) }

    private func refuses(_ properties: YAMLParser.Properties, _ path: String, _ place: Place) -> Bool {
        if properties.hasTag {
            self.log.error(.anchorOrTag, path, at: place, "tags (`!name`) are not accepted", help: "quote the value if it has to be a text")
        }
        // An anchor that no alias uses does no harm, but whoever wrote it meant to use it.
        if properties.hasAnchor {
            self.log.error(.anchorOrTag, path, at: place, "anchors (`&name`) are not accepted", help: "write the value where it is needed")
        }
        return properties.hasTag
    }

    private func checkSize(_ path: String, _ place: Place, _ depth: Int) throws(Stop) {
        if depth > Self.depthMax {
            self.log.error(.tooLarge, path, at: place, "nested more than \(Self.depthMax) levels deep")
            throw .tooLarge
        }
        if self.nodeCount > Self.nodesMax {
            self.log.error(.tooLarge, path, at: place, "more than \(Self.nodesMax) keys and values in one file")
            throw .tooLarge
        }
    }

    private func report(_ failure: YAMLParser.Failure, _ bytes: [UInt8]) {
        let line = Self.line(failure.mark.line, of: bytes)
        var help: String?
        var message = failure.message
        let characters = Array(String(decoding: line, as: UTF8.self).unicodeScalars)
        let found = characters.indices.contains(failure.mark.column - 1) ? characters[failure.mark.column - 1] : nil
        let indent = characters.prefix { $0 == " " || $0 == "\t" }
        if found == "\t" || indent.contains("\t") {
            message = "a tab cannot indent YAML"
            help = "use spaces"
        } else if failure.message.contains("mapping values are not allowed") {
            help = "quote a value that contains \": \", and check the indentation"
        } else if found == "@" || found == "`" || found == "%" {
            help = "quote a value that begins with \"\(found.map(String.init) ?? "")\""
        } else if failure.message.contains("did not find expected key") || failure.message.contains("block end") {
            help = "check the indentation here and in the lines above"
        }
        if let context = failure.context, let mark = failure.contextMark, mark.line != failure.mark.line {
            message += " (\(context), line \(mark.line))"
        }
        self.log.error(.syntax, "", at: self.place(failure.mark), "not YAML: \(message)", help: help)
    }

    private static func line(_ number: Int, of bytes: [UInt8]) -> ArraySlice<UInt8> {
        var start = bytes.startIndex
        for _ in 1..<max(1, number) {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { return [] }
            start = end + 1
        }
        return bytes[start..<(bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex)]
    }

    private static func firstInvalid(_ bytes: [UInt8], file: Int) -> Place {
        var place = Place(file: file, line: 1, column: 1)
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: line, as: UTF8.self) == nil {
                var valid = line.startIndex
                while valid < line.endIndex {
                    // A character has at most four bytes.
                    guard let next = (1...4).first(where: { valid + $0 <= line.endIndex && String(validating: line[valid..<valid + $0], as: UTF8.self) != nil })
                    else { return place }
                    valid += next
                    place.column += 1
                }
            }
            place.line += 1
            place.column = 1
        }
        return place
    }
}
