import Config
import Glibc
import IPC
import Settings
import Testing

@testable import Compile

@Suite("TLS files")
struct TLSFilesCheckTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/kt-compile-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        try #require(made, "no temporary folder")
        self.folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["server", "other"] {
            let status = unsafe system(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name) "
                    + "-keyout \(self.folder)/\(name).key -out \(self.folder)/\(name).pem 2>/dev/null")
            try #require(status == 0, "openssl made no certificate")
        }
    }

    private func end() { _ = unsafe system("rm -r \(self.folder)") }

    @Test func `what was checked travels on, whatever becomes of the files`() throws {
        defer { self.end() }
        let check = TLSFilesCheck()
        let settings = ProcessSettings.TLS(certificate: "\(folder)/server.pem", key: "\(folder)/server.key", clientCA: "\(folder)/other.pem")
        #expect(check.issues(settings) == [])
        _ = unsafe system("echo broken > \(self.folder)/server.key")
        let files = try #require(TLSFiles.decode(check.bytes))
        #expect(String(decoding: files.key, as: UTF8.self).contains("PRIVATE KEY"))
        #expect(String(decoding: files.certificate, as: UTF8.self).contains("BEGIN CERTIFICATE"))
        #expect(files.clientCA != nil)
    }

    @Test func `each file is told, by its name`() {
        defer { self.end() }
        let check = TLSFilesCheck()
        let missing = check.issues(.init(certificate: "\(folder)/no.pem", key: "\(folder)/no.key", clientCA: "\(folder)/no.ca"))
        #expect(missing.map(\.part) == [.certificate, .key, .clientCA])
        #expect(missing.allSatisfy { $0.message.contains("cannot be read") && $0.message.contains("No such file") })
        let swapped = check.issues(.init(certificate: "\(folder)/server.pem", key: "\(folder)/other.key", clientCA: "\(folder)/other.key"))
        #expect(swapped.map(\.part) == [.key, .clientCA])
        #expect(swapped[0].message.hasPrefix("\(folder)/other.key does not belong to the certificate"))
        #expect(check.bytes.isEmpty)
    }

    @Test func `without TLS there are no bytes`() {
        defer { self.end() }
        #expect(TLSFilesCheck().bytes.isEmpty)
    }
}
