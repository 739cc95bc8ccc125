import Testing

/// Rooms import only what stands below them; never an arrow back.
struct RoomTests {
    /// The modules of ours that each room may import.
    static let allowed: [String: Set<String>] = {
        let ledger: Set = ["SQLite", "Leads", "OrderedJSON"]
        let views = ledger.union(["Ledger"])
        let workers = views.union(["Views"])
        let service = workers.union(["Intake", "Reports"])
        let application = service.union(["Azure", "Delivery", "Destinations", "Outbound", "Pull", "Service"])
        return [
            "CSQLite": [], "CZlib": [], "CZstd": [], "SQLite": ["CSQLite"], "OrderedJSON": [], "Leads": [],
            "Outbound": ["Leads"], "Azure": ["Leads", "OrderedJSON"],
            "Ledger": ledger.union(["Migrations"]), "Views": views.union(["Migrations"]),
            "Reports": workers, "Intake": workers.union(["CZlib", "CZstd"]),
            "Destinations": ["Azure", "Leads", "OrderedJSON", "Outbound"],
            "Delivery": workers.union(["Destinations", "Outbound"]), "Service": service,
            "Pull": workers.union(["Azure", "Intake", "Outbound"]),
            "Application": application, "leadledger": application.union(["Application"]),
        ]
    }()

    static let ours = Set(allowed.keys).union(["Migrations"])

    /// What rooms that stay clear of Foundation and of libraries may import from outside; other rooms are free.
    static let outside: [String: Set<String>] = [
        "Leads": ["FoundationEssentials"], "OrderedJSON": [], "SQLite": [], "Migrations": [],
    ]

    @Test func `each room imports only rooms below it`() {
        expectNone(
            SourceTree.files(in: "Sources").filter(\.isSwift).flatMap { file in
                findings(in: file.text, of: String(file.path.split(separator: "/")[1]), path: file.path)
            })
    }

    @Test func `the steps of the schemas import nothing`() {
        expectNone(
            SourceTree.files(in: "migrations").filter(\.isSwift).flatMap { file in
                Self.imports(in: file.text).map { "\(file.path): imports \($0)" }
            })
    }

    @Test func `every room is in the table`() {
        let rooms = Set(SourceTree.names(in: "Sources").filter { !$0.hasPrefix(".") })
        #expect(rooms.subtracting(Self.allowed.keys) == [])
        #expect(rooms.isSuperset(of: ["CSQLite", "SQLite", "Leads", "Ledger", "Views", "Reports", "Application"]))
    }

    @Test func `an arrow back is seen`() {
        for text in [
            "import Ledger", "internal import Ledger", "@testable package import struct Ledger.Receipt",
            "\timport  Ledger",
        ] {
            #expect(Self.imports(in: "// import Views\n\(text)\nlet important = 1") == ["Ledger"])
            #expect(findings(in: text, of: "SQLite", path: "x").count == 1)
            #expect(findings(in: text, of: "Views", path: "x") == [])
        }
        #expect(findings(in: "import Foundation", of: "Leads", path: "x").count == 1)
        #expect(findings(in: "import FoundationEssentials", of: "Leads", path: "x") == [])
        #expect(findings(in: "import Migrations", of: "Reports", path: "x").count == 1)
    }

    private func findings(in text: String, of room: String, path: String) -> [String] {
        Self.imports(in: text).compactMap { module in
            if Self.ours.contains(module) {
                return Self.allowed[room]?.contains(module) == true ? nil : "\(path): \(room) may not import \(module)"
            }
            return Self.outside[room]?.contains(module) == false ? "\(path): \(room) may not import \(module)" : nil
        }
    }

    static func imports(in text: String) -> [String] {
        let line =
            /^\s*(?:(?:@\w+|public|package|internal|fileprivate|private)\s+)*import\s+(?:[a-z]+\s+)?(\w+)/
        return text.split(separator: "\n").compactMap { $0.firstMatch(of: line).map { String($0.output.1) } }
    }
}
