internal import Platform

/// The version of this build, as in HELLO and in `user-agent`.
enum BuildVersion {
    static let text = Build.version
}
