import Destinations
import Leads
import OrderedJSON
import Outbound
import Simulators
import Testing

@testable import Azure

/// A storage account that the tests of both its kinds speak to.
enum AzureSamples {
    static let account = "leadledgertest"
    static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
    static let otherKey = "/////wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

    static func settings(
        _ kind: String, port: Int = 1, set: [String] = [], secret: String = "account-key"
    ) throws(DestinationSettingsError) -> DestinationSettings {
        try DestinationSettings(
            name: "store", kind: kind,
            set: ["account=\(account)", "base-url=http://127.0.0.1:\(port)/", "allow-private=true"] + set,
            secret: ["\(secret)=env:SECRET"])
    }

    static func table(port: Int = 1, set: [String] = [], secret: String = "account-key", value: String = key) throws
        -> AzureTableDestination
    {
        try AzureTableDestination(
            settings: settings("azure-table", port: port, set: set, secret: secret),
            secrets: SecretReader { _ in value })
    }

    static func blob(port: Int = 1, set: [String] = [], secret: String = "account-key", value: String = key) throws
        -> AzureBlobDestination
    {
        try AzureBlobDestination(
            settings: settings("azure-blob", port: port, set: set, secret: secret), secrets: SecretReader { _ in value }
        )
    }

    /// An action of its own.
    static func outgoing(_ number: Int, offer: String? = "contoso.backup", day: String = "2026-01-01") -> Outgoing {
        var outgoing = Samples.outgoing(email: "ada\(number)@example.com")
        outgoing.delivery = "dlv_\(number)"
        outgoing.lead = "lead_\(number)"
        outgoing.action.offer = offer.flatMap { Offer($0) }
        outgoing.occurredAt = Instant("\(day)T00:00:00Z")!
        return outgoing
    }

    static func withTable(
        tables: [String] = ["leads"],
        _ body: @escaping @Sendable (Int, AzureTableService, Arrivals) async throws -> Void
    ) async throws {
        let service = try #require(AzureTableService(account: account, key: key, tables: tables))
        try await withSimulator(service) { port, arrivals in try await body(port, service, arrivals) }
    }

    static func withBlobs(
        containers: [String] = ["leads"], blockLimit: Int = 50_000,
        _ body: @escaping @Sendable (Int, AzureBlobService, Arrivals) async throws -> Void
    ) async throws {
        let service = try #require(
            AzureBlobService(account: account, key: key, containers: containers, blockLimit: blockLimit))
        try await withSimulator(service) { port, arrivals in try await body(port, service, arrivals) }
    }

    /// A shared access signature for a table, good for a day from `Samples.now`.
    static func signature(table: String, permissions: String) -> String {
        let (starts, ends) = (Samples.now.description, (Samples.now + .day).description)
        let text =
            "\(permissions)\n\(starts)\n\(ends)\n/table/\(account)/\(table.lowercased())\n\n\n\n2019-02-02\n\n\n\n"
        let signature = SharedKey(account: account, key: key)?.signature(of: text) ?? ""
        return [
            ("st", starts), ("se", ends), ("sp", permissions), ("sv", "2019-02-02"), ("tn", table), ("sig", signature),
        ].map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
    }

    static var now: Instant { SimulatedServer.clock() }
}
