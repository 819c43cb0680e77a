import Glibc
import Testing

@testable import Config

/// `Fixtures/NAME.yaml` in, `Fixtures/NAME.txt` out: what `kt policy lint` says about it. A new case is a new file; `KT_UPDATE_FIXTURES=1` writes what is
/// said now, to be read before it is committed.
@Suite("Fixtures")
struct FixtureTests {
    static let directory = String(#filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()) + "/Fixtures"
    static let environment = ["MISTRAL_API_KEY": "k", "OPENAI_API_KEY": "k", "SCHEME_AND_HOST": "https://gw.example.com"]

    static let names: [String] = {
        var names: [String] = []
        guard let handle = unsafe opendir(Self.directory) else { return [] }
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".yaml") { names.append(String(name.dropLast(5))) }
        }
        unsafe closedir(handle)
        return names.sorted()
    }()

    static func load(_ name: String) throws -> ConfigResult {
        let bytes = try ConfigFile.read("\(Self.directory)/\(name).yaml", bytesMax: 1 << 20)
        return ConfigLoader.load(sources: [.init(name: "\(name).yaml", bytes: bytes)], environment: Self.environment, checks: .engine)
    }

    @Test(arguments: names) func `the report is the expected one`(_ name: String) throws {
        let text = LintReport(try Self.load(name)).text
        let path = "\(Self.directory)/\(name).txt"
        if ConfigFile.environment()["KT_UPDATE_FIXTURES"] == "1" {
            guard let file = unsafe fopen(path, "w") else { return }
            unsafe fputs(text, file)
            unsafe fclose(file)
        }
        #expect(text == String(decoding: try ConfigFile.read(path, bytesMax: 1 << 20), as: UTF8.self))
    }

    @Test(arguments: names) func `no report repeats a secret`(_ name: String) throws {
        let result = try Self.load(name)
        #expect(!LintReport(result).text.contains("verysecret"))
        #expect(!LintReport(result).json.contains("verysecret"))
    }

    @Test func `every code is met, here or in another suite`() throws {
        var met: Set<IssueCode> = [.unreadableFile, .badOption, .openGateway, .badTLSFile]
        for name in Self.names {
            let result = try Self.load(name)
            met.formUnion((result.errors + result.warnings).map(\.code))
        }
        #expect(Set(IssueCode.allCases).subtracting(met).isEmpty)
    }
}
