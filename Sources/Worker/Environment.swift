internal import Platform

/// The environment variables of this process.
struct Environment {
    subscript(_ name: String) -> String? { ThisProcess.environmentValue(name) }
}
