/// What this build calls itself in HELLO, `--version` and logs.
public enum Build {
    public static let version = "0.1.0"
}
