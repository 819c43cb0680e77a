/// Faults that a test asks a build for by its version; only where `KEEPTRUSTS_TEST_FAULTS=1` allows any.
public enum TestFault {
    /// True when `KEEPTRUSTS_TEST_NAME` is this build's version.
    public static func isAsked(_ name: String) -> Bool {
        ThisProcess.environmentValue("KEEPTRUSTS_TEST_FAULTS") == "1"
            && ThisProcess.environmentValue("KEEPTRUSTS_TEST_\(name)") == Build.version
    }
}
