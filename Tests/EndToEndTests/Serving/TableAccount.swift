internal import Crypto
internal import Foundation
internal import TestKit
internal import Testing

/// A simulated storage account with a table of leads, and a way to put rows into it as the marketplace does.
final class TableAccount {
    static let name = "contosoleads"
    let url: String
    let key: String
    private let port: Int
    private let simulator: Running
    /// Kept open, so that the simulator may go on writing.
    private let said: FileHandle

    /// - Parameter pageSize: rows in one answer.
    init(_ home: TestHome, pageSize: Int = 3) async throws {
        let pipe = home.folder.file("account-\(UUID().uuidString)")
        mkfifo(pipe, 0o600)
        key = Data((0..<64).map { UInt8($0 * 3) }).base64EncodedString()
        var environment = home.environment
        environment["SAID"] = pipe
        environment["ACCOUNT_KEY"] = key
        let arguments = [
            "azure-table", "--account", Self.name, "--key-env", "ACCOUNT_KEY", "--page-size", "\(pageSize)",
            "--empty-pages", "1",
        ]
        simulator = try Running(
            "/bin/sh", ["-c", #"exec "$0" "$@" > "$SAID""#, "\(home.programs)/crm-simulators"] + arguments,
            folder: home.folder.path, environment: environment)
        let said = try FileHandle(forReadingFrom: URL(filePath: pipe))
        self.said = said
        let line = try await offPool { String(decoding: said.availableData, as: UTF8.self) }
        guard let start = line.range(of: "http://") else {
            throw Programs.Missing(description: "crm-simulators did not say where it listens")
        }
        url = line[start.lowerBound...].trimmingCharacters(in: .whitespacesAndNewlines)
        port = URL(string: url)?.port ?? 0
    }

    deinit { simulator.send(SIGTERM) }

    /// Writes one row into `marketplaceleads`.
    func put(row: String, email: String, action: String = "INS") async throws {
        let customer = #"{"FirstName":"Some","LastName":"One","Email":"\#(email)","Country":"US","Company":"Contoso"}"#
        let entity = [
            "PartitionKey": "contoso", "RowKey": row, "ProductId": "contoso.backup-cloud", "CustomerInfo": customer,
            "LeadSource": "AzureMarketplace", "ActionCode": action, "OfferDisplayName": "Contoso Backup",
            "CreatedTime": "2026-10-01T08:00:00Z", "Description": "Campaigns: ", "Unknown": "kept",
        ]
        let date = DateFormatter()
        date.locale = Locale(identifier: "en_US_POSIX")
        date.timeZone = TimeZone(secondsFromGMT: 0)
        date.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let now = date.string(from: Date())
        let text = "\(now)\n/\(Self.name)/marketplaceleads"
        let signature = HMAC<SHA256>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(base64Encoded: key) ?? Data()))
        let request = Outgoing.post(
            "/marketplaceleads",
            headers: [
                ("Content-Type", "application/json"), ("Accept", "application/json;odata=nometadata"),
                ("x-ms-date", now), ("x-ms-version", "2019-02-02"), ("Prefer", "return-no-content"),
                ("Authorization", "SharedKeyLite \(Self.name):\(Data(signature).base64EncodedString())"),
            ], body: try JSONSerialization.data(withJSONObject: entity).map { $0 })
        let port = port
        let answer = try await offPool {
            let wire = try Wire(port: port)
            try wire.send(request.bytes(closes: true))
            return try wire.answer()
        }
        #expect(answer.status == 204, "\(answer.text)")
    }
}
