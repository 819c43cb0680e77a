internal import Config
internal import IPC
internal import Platform
internal import Server
internal import Settings
internal import Synchronization

/// Reads the files of `gateway.tls` once: what is checked is what the workers serve, whatever becomes of the files.
final class TLSFilesCheck: Sendable {
    private let files = Mutex<TLSFiles?>(nil)

    private static let fileBytesMax = 4 << 20

    /// For `TLSFiles.decode`; empty unless everything was there and fits.
    var bytes: [UInt8] { self.files.withLock { $0?.encode() } ?? [] }

    func issues(_ settings: ProcessSettings.TLS) -> [TLSFileIssue] {
        var issues: [TLSFileIssue] = []
        func read(_ path: String, _ part: TLSFileIssue.Part) -> [UInt8]? {
            do throws(SystemCallError) {
                return try Files.read(path, bytesMax: Self.fileBytesMax)
            } catch {
                issues.append(TLSFileIssue(part: part, message: "cannot be read: \(error)"))
                return nil
            }
        }
        let certificate = read(settings.certificate, .certificate)
        let key = read(settings.key, .key)
        let clientCA = settings.clientCA.map { read($0, .clientCA) }
        let material = TLSMaterial(certificate: certificate ?? [], key: key ?? [], clientAuthorities: clientCA.map { $0 ?? [] })
        for failure in ServerTLS.failures(of: material) {
            switch failure.part {
            case .context: issues.append(TLSFileIssue(part: .certificate, message: "TLS \(failure.detail)"))
            case .certificate where certificate != nil:
                issues.append(TLSFileIssue(part: .certificate, message: "\(settings.certificate) \(failure.detail)"))
            case .key where key != nil: issues.append(TLSFileIssue(part: .key, message: "\(settings.key) \(failure.detail)"))
            case .clientAuthorities:
                if let path = settings.clientCA, clientCA != .some(nil) {
                    issues.append(TLSFileIssue(part: .clientCA, message: "\(path) \(failure.detail)"))
                }
            // Told already.
            case .certificate, .key: break
            }
        }
        if issues.isEmpty, let certificate, let key {
            self.files.withLock { $0 = TLSFiles(certificate: certificate, key: key, clientCA: clientCA ?? nil) }
        }
        return issues
    }
}
