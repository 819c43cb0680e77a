internal import Platform

/// The folder of crash reports in the state directory: one file for each crash, written by Swift's backtracer, few and small.
struct CrashReports {
    /// A file as it lies there.
    struct Report: Equatable {
        var name: String
        var byteCount: Int
        /// Seconds since 1970.
        var modifiedSeconds: Int64
    }

    static let reportsMax = 32
    static let bytesMax = 16 << 20

    let directory: String
    /// The backtracer beside our programs; nil: the toolchain's, where there is one.
    private let backtracer: String?

    init(stateDirectory: String, programDirectory: String) {
        self.directory = stateDirectory + "/crash"
        let path = programDirectory + "/swift-backtrace"
        self.backtracer = Files.exists(path) ? path : nil
    }

    /// To be appended to `SWIFT_BACKTRACE`, whose options are parted by commas: a path with one cannot be said. Reports go to standard error then.
    var backtraceOptions: String {
        var options = ""
        if !self.directory.contains(",") { options += ",output-to=\(self.directory)/" }
        if let backtracer, !backtracer.contains(",") { options += ",swift-backtrace=\(backtracer)" }
        return options
    }

    /// Makes the folder, for nobody else to read.
    func prepare() throws(SystemCallError) { try Files.createDirectories(self.directory) }

    /// Removes the oldest reports beyond the limits. To be called after a child has crashed; blocks for some file operations.
    func prune() {
        guard let files = try? Files.list(self.directory) else { return }
        let reports = files.map { Report(name: $0.name, byteCount: $0.byteCount, modifiedSeconds: $0.modifiedSeconds) }
        for name in Self.surplus(of: reports) { Files.remove(self.directory + "/" + name) }
    }

    /// Which reports must go, oldest first, so that the rest keeps both limits.
    static func surplus(of reports: [Report]) -> [String] {
        var count = 0
        var bytes = 0
        var names: [String] = []
        for report in reports.sorted(by: { ($0.modifiedSeconds, $0.name) > ($1.modifiedSeconds, $1.name) }) {
            // Once one must go, so must all that are older.
            if names.isEmpty, count < Self.reportsMax, bytes + report.byteCount <= Self.bytesMax {
                count += 1
                bytes += report.byteCount
            } else {
                names.append(report.name)
            }
        }
        return names.reversed()
    }
}
