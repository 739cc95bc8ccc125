import Destinations
import Foundation
import Leads
import Outbound
import Testing

/// The page about adding a CRM says of each kind what its settings and its adapter do.
struct DocumentedKindsTests {
    /// The least that a destination of each kind is set to.
    private static let least: [DestinationKind: (set: [String], secret: [String])] = [
        .dynamics: (["url=https://example.com", "tenant=t", "client-id=c"], ["client-secret=env:SECRET"]),
        .marketo: (["server-id=123-ABC-456", "client-id=c"], ["client-secret=env:SECRET"]),
        .salesforce: (["url=https://example.com", "client-id=c"], ["client-secret=env:SECRET"]),
        .salesforceWeb: (["organization=00D000000000001"], []),
        .azureTable: (["account=leads"], ["account-key=env:SECRET"]),
        .azureBlob: (["account=leads"], ["account-key=env:SECRET"]),
        .https: (["url=https://example.com"], []),
        .hubspot: ([], ["access-token=env:SECRET"]),
    ]

    private static func settings(_ kind: DestinationKind) throws -> DestinationSettings {
        let least = try #require(least[kind])
        return try DestinationSettings(name: "crm", kind: kind.rawValue, set: least.set, secret: least.secret)
    }

    /// The cells of a kind's row in the page's table of kinds.
    private static func row(_ kind: DestinationKind) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/add-a-crm.md"), encoding: .utf8)
        let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| [`\(kind.rawValue)`](") })
        return row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test(arguments: DestinationKind.allCases)
    func `what is sent, and what becomes of a repeat`(kind: DestinationKind) throws {
        let (settings, row) = (try Self.settings(kind), try Self.row(kind))
        #expect(row[2].hasPrefix("action") == settings.takesEveryAction)
        #expect(row[4] == settings.repeats.rawValue.replacing("-", with: " "))
    }

    @Test(arguments: DestinationKind.allCases)
    func `how many leads go in one request`(kind: DestinationKind) async throws {
        let adapter = try Adapters.make(try Self.settings(kind), secrets: SecretReader { _ in "c2VjcmV0" })
        #expect(try Self.row(kind)[3].prefix { $0.isNumber } == "\(adapter.batchLimit)")
        await adapter.shutdown()
    }
}
