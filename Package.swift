// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of ours: a warning is an error, memory is safe or says where it is not.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// `exclude`: what tests read by its path in the source tree.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "keeptrusts-gateway",
    products: [
        .executable(name: "kt", targets: ["kt"]),
        .executable(name: "kt-supervisor", targets: ["kt-supervisor"]),
        .executable(name: "kt-worker", targets: ["kt-worker"]),
        .executable(name: "kt-compile", targets: ["kt-compile"]),
        .executable(name: "kt-console", targets: ["kt-console"]),
        .executable(name: "kt-demo", targets: ["kt-demo"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C libraries of the system: module maps and inline shims, no logic.
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CVectorscan", pkgConfig: "libhs", providers: [.apt(["libvectorscan-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CPlatform"),
        .target(name: "CInjectionModel", exclude: ["injection.model"]),

        // Values and codecs: no input, no output, no clock.
        library("Exchange"),
        library("HTTP"),
        library("Metrics"),
        library("Settings"),
        library("Providers", ["Exchange", "Settings"]),
        library("Routing", ["Settings"]),
        library("Patterns", ["CVectorscan"]),
        library("Policies", ["Exchange", "Settings", "Patterns", "CInjectionModel"]),
        library("Config", ["Exchange", "Settings", "Providers", "Policies", "Patterns", "CYAML"]),
        library("PolicyTesting", ["Exchange", "Policies", "Settings"]),

        // Edges: system calls, sockets, processes.
        library("Platform", ["CPlatform"]),
        library("IPC", ["Metrics", "Platform", "Settings"]),
        library("Server", ["HTTP", "Platform", "COpenSSL"]),
        library("Upstream", ["Platform", "CCurl"]),
        library("Digest", ["COpenSSL"]),
        library("Compile", ["Config", "Digest", "IPC", "Platform", "Policies", "Server", "Settings"]),
        library("Record", ["Exchange", "Platform"]),
        library("Supervisor", ["IPC", "Metrics", "Platform", "Record", "Settings", "CSystemd"]),
        library(
            "Worker",
            [
                "Exchange", "HTTP", "IPC", "Metrics", "Platform", "Policies", "Providers", "Record", "Routing", "Server",
                "Settings", "Upstream",
            ]),
        library("Console", ["Exchange", "HTTP", "IPC", "Metrics", "Platform", "Record", "Server"]),
        library("DemoProvider", ["HTTP", "Platform", "Server"]),

        program("kt-supervisor", ["Supervisor"]),
        program("kt-worker", ["Platform", "Worker"]),
        program("kt-compile", ["Compile", "Platform"]),
        program("kt-console", ["Console", "Platform"]),
        program("kt-demo", ["DemoProvider", "Platform"]),
        program(
            "kt",
            [
                "Config", "Exchange", "IPC", "Platform", "Policies", "PolicyTesting", "Record", "Settings",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests: one target per module, the same file names.
        tests("DigestTests", ["Digest"]),
        tests("ExchangeTests", ["Exchange"]),
        tests("HTTPTests", ["HTTP"]),
        tests("SettingsTests", ["Settings"]),
        tests("ProvidersTests", ["Providers"]),
        tests("RoutingTests", ["Routing", "Settings"]),
        tests("PatternsTests", ["Patterns"]),
        tests("PoliciesTests", ["Policies", "Exchange", "Patterns", "Settings"]),
        tests("PolicyTestingTests", ["PolicyTesting", "Exchange", "Policies", "Settings"], exclude: ["Fixtures"]),
        tests("CompileTests", ["Compile", "Config", "IPC", "Settings"]),
        tests("ConfigTests", ["Config", "Settings"], exclude: ["Fixtures"]),
        tests("PlatformTests", ["Platform"]),
        tests("IPCTests", ["IPC", "Metrics", "Platform", "Settings"]),
        tests("MetricsTests", ["Metrics"]),
        tests("ConsoleTests", ["Console", "HTTP", "Metrics", "Platform", "Server"]),
        tests("ServerTests", ["Server", "HTTP", "Platform"]),
        tests("UpstreamTests", ["Upstream", "Platform"]),
        tests("RecordTests", ["Record"]),
        tests("SupervisorTests", ["Supervisor", "IPC", "Metrics", "Platform", "Record", "Settings"]),
        tests("DemoProviderTests", ["DemoProvider"]),
        tests(
            "WorkerTests", ["Worker", "Exchange", "HTTP", "IPC", "Platform", "Policies", "Record", "Server", "Settings", "Upstream"],
            resources: [.copy("Fixtures")]),
    ]
)
