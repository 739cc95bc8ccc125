// swift-tools-version: 6.1
import PackageDescription

/// Settings of every target of ours: Swift 6 rules, imports that say what they are for, no warning left standing.
let own: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-warnings-as-errors"]),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSockets = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpServer = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpServerTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "leadledger",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "leadledger", targets: ["leadledger"]),
        .executable(name: "crm-simulators", targets: ["crm-simulators"]),
        .executable(name: "benchmarks", targets: ["benchmarks"]),
        .executable(name: "traffic", targets: ["traffic"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .target(
            name: "CSQLite", cSettings: [.unsafeFlags(["-O2"])], linkerSettings: [.linkedLibrary("sqlite3")]),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CZstd"),
        .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: own),
        .target(name: "OrderedJSON", swiftSettings: own),
        .target(name: "Leads", swiftSettings: own),
        .target(
            name: "Migrations", path: "migrations",
            resources: [
                .embedInCode("ledger"), .embedInCode("views"), .embedInCode("vault"), .embedInCode("lookup"),
            ], swiftSettings: own),
        .target(
            name: "Ledger", dependencies: ["Leads", "SQLite", "OrderedJSON", "Migrations", crypto],
            swiftSettings: own),
        .target(
            name: "Views", dependencies: ["Leads", "Ledger", "SQLite", "OrderedJSON", "Migrations"],
            swiftSettings: own),
        .target(name: "Reports", dependencies: ["Leads", "Ledger", "Views", "OrderedJSON"], swiftSettings: own),
        .target(
            name: "Intake", dependencies: ["CZlib", "CZstd", "Leads", "Ledger", "SQLite", "OrderedJSON", crypto],
            swiftSettings: own),
        .target(name: "Outbound", dependencies: ["Leads", httpClient, nioCore, nioHTTP], swiftSettings: own),
        .target(name: "Azure", dependencies: ["Leads", "OrderedJSON", crypto], swiftSettings: own),
        .target(
            name: "Destinations", dependencies: ["Azure", "Leads", "OrderedJSON", "Outbound", crypto, jwt],
            swiftSettings: own),
        .target(
            name: "Delivery",
            dependencies: ["Destinations", "Leads", "Ledger", "Views", "OrderedJSON", "Outbound"],
            swiftSettings: own),
        .target(
            name: "Pull",
            dependencies: ["Azure", "Intake", "Leads", "Ledger", "OrderedJSON", "Outbound", "Views", crypto],
            swiftSettings: own),
        .target(
            name: "Service",
            dependencies: [
                "Leads", "Ledger", "Views", "Reports", "Intake", "OrderedJSON", "SQLite", crypto, httpServer,
                httpServerTLS, httpTypes, lifecycle, logging, nioCore, nioHTTP, nioSockets, nioTLS,
            ],
            swiftSettings: own),
        .target(
            name: "Application",
            dependencies: [
                "Azure", "Delivery", "Destinations", "Leads", "Ledger", "Views", "Reports", "Intake", "Outbound",
                "OrderedJSON", "Pull", "SQLite", "Service", httpClient, httpServer, lifecycle, logging, nioCore,
                nioHTTP, nioSockets, signals, yaml,
            ],
            swiftSettings: own),
        .executableTarget(
            name: "leadledger", dependencies: ["Application", arguments], swiftSettings: own),
        .target(
            name: "Simulators",
            dependencies: [
                "Leads", "OrderedJSON", arguments, crypto, cryptoExtras, httpServer, httpTypes, lifecycle, logging,
                nioCore,
            ],
            path: "tools/crm-simulators/Simulators", swiftSettings: own),
        .executableTarget(
            name: "crm-simulators", dependencies: ["Simulators", arguments], path: "tools/crm-simulators",
            exclude: ["Simulators", "checks"], swiftSettings: own),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "CSQLite", "Intake", "Leads", "Ledger", "Reports", "Views", arguments, httpClient, nioCore, nioHTTP,
                nioSockets,
            ],
            path: "tools/benchmarks",
            swiftSettings: own),
        .executableTarget(
            name: "crash-writer", dependencies: ["Ledger", "Leads", "Views", "LedgerTestKit", "TestKit"],
            path: "Tests/CrashWriter", swiftSettings: own),
        .target(
            name: "LedgerTestKit", dependencies: ["Ledger", "Leads", "Views", "TestKit"], path: "Tests/LedgerTestKit",
            swiftSettings: own),
        .testTarget(
            name: "LedgerTests",
            dependencies: ["Ledger", "Leads", "SQLite", "Views", "TestKit", "LedgerTestKit", "crash-writer"],
            exclude: ["Goldens"], swiftSettings: own),
        .testTarget(
            name: "ViewsTests", dependencies: ["Views", "Ledger", "Leads", "SQLite", "TestKit", "LedgerTestKit"],
            swiftSettings: own),
        .executableTarget(
            name: "traffic", dependencies: ["Leads", arguments], path: "tools/traffic", swiftSettings: own),
        .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: own),
        .testTarget(name: "Tidy", swiftSettings: own),
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestKit", "leadledger", "crm-simulators", "traffic", crypto],
            swiftSettings: own),
        .testTarget(name: "OrderedJSONTests", dependencies: ["OrderedJSON", "TestKit"], swiftSettings: own),
        .testTarget(
            name: "SQLiteTests", dependencies: ["SQLite", "CSQLite", "TestKit"], swiftSettings: own),
        .testTarget(
            name: "IntakeTests",
            dependencies: ["CZlib", "CZstd", "Leads", "Ledger", "OrderedJSON", "Intake", "TestKit"],
            swiftSettings: own),
        .testTarget(name: "LeadsTests", dependencies: ["Leads", "TestKit"], swiftSettings: own),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Leads", "Ledger", "Views", "Reports", "OrderedJSON", "TestKit", "LedgerTestKit",
            ],
            swiftSettings: own),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Delivery", "Destinations", "Leads", "Ledger", "LedgerTestKit", "OrderedJSON", "Simulators", "TestKit",
                "Views",
            ],
            swiftSettings: own),
        .testTarget(
            name: "DestinationsTests",
            dependencies: [
                "Azure", "Destinations", "Leads", "OrderedJSON", "Outbound", "Simulators", "TestKit", "Views",
                cryptoExtras, jwt, nioCore, nioHTTP, nioSockets,
            ],
            resources: [.copy("Vectors")], swiftSettings: own),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["Leads", "OrderedJSON", "Simulators", crypto, cryptoExtras], swiftSettings: own),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Intake", "Leads", "Ledger", "OrderedJSON", "Reports", "Service", "TestKit", "LedgerTestKit", "Views",
                httpClient, httpServer, httpTypes, lifecycle, logging, nioCore, nioHTTP, nioSockets,
            ],
            swiftSettings: own),
        .testTarget(
            name: "AzureTests", dependencies: ["Azure", "Leads", "OrderedJSON"], resources: [.copy("Vectors")],
            swiftSettings: own),
        .testTarget(
            name: "PullTests",
            dependencies: [
                "Azure", "Intake", "Leads", "Ledger", "LedgerTestKit", "OrderedJSON", "Outbound", "Pull", "Simulators",
                "TestKit", "Views",
            ],
            swiftSettings: own),
    ]
)

// The fuzzers need every target built in a way of their own; see tools/fuzz.
if Context.environment["LEADLEDGER_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzzers", dependencies: ["Intake", "Leads", "Ledger", "OrderedJSON"], path: "tools/fuzzers",
            swiftSettings: own))
}
