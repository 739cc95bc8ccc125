internal import Foundation
internal import TestKit
internal import Testing

/// A kind of destination, with the simulator that stands for it and the settings that lead there.
struct Target: Sendable, CustomTestStringConvertible {
    /// What tells the destination that two writes are about one and the same.
    enum Key: Sendable {
        case lead, email
        /// It cannot tell: each write is one more.
        case nothing
    }

    let kind: String
    var key = Key.lead
    var simulator: [String] = []
    /// The setting that takes the simulator's address.
    var address = "url"
    var settings: [String] = []
    /// The secrets, by the key of `--secret`, with the variable by which the simulator is told.
    var secrets: [String: String] = [:]
    /// Settings beside `dnc=flag`; `nil` where it cannot flag.
    var flagging: [String]? = []
    /// The fields that say that nobody may contact the customer.
    var optOuts: [String] = []
    /// Leads that go in one request.
    var batch = 1

    /// Whether access tokens are asked for.
    var hasTokens: Bool { ["dynamics", "marketo", "salesforce"].contains(kind) }

    var testDescription: String { kind }

    static let dynamics = Target(
        kind: "dynamics",
        settings: [
            "tenant=11111111-2222-3333-4444-555555555555", "client-id=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "external-id=leadledger_id", "LOGIN",
        ],
        secrets: ["client-secret": "SIMULATED_SECRET"],
        optOuts: [
            "donotemail", "donotbulkemail", "donotphone", "donotpostalmail", "donotfax", "donotsendmm",
        ])
    static let marketo = Target(
        kind: "marketo", key: .email,
        simulator: ["--client-id-env", "SIMULATED_CLIENT", "--client-secret-env", "SIMULATED_SECRET"],
        address: "base-url", settings: ["client-id=leadledger-client"],
        secrets: ["client-secret": "SIMULATED_SECRET"], optOuts: ["unsubscribed", "doNotCall"], batch: 300)
    static let salesforce = Target(
        kind: "salesforce", simulator: ["--client-id", "leadledger-client"],
        settings: ["client-id=leadledger-client"], secrets: ["client-secret": "SIMULATED_SECRET"],
        optOuts: ["HasOptedOutOfEmail", "DoNotCall"], batch: 200)
    static let salesforceWeb = Target(
        kind: "salesforce-web", key: .nothing,
        simulator: ["--key-field", "00N5g000000abcd", "--daily-limit", "5000"], address: "base-url",
        settings: ["organization=00D5g0000000001", "map.lead=00N5g000000abcd", "parallel=4"],
        optOuts: ["emailOptOut", "doNotCall"])
    static let hubspot = Target(
        kind: "hubspot", key: .email, simulator: ["--token-env", "SIMULATED_SECRET", "--field", "do_not_contact"],
        address: "base-url", secrets: ["access-token": "SIMULATED_SECRET"],
        flagging: ["map.doNotContact=do_not_contact"], optOuts: ["do_not_contact"], batch: 100)
    static let azureTable = Target(
        kind: "azure-table", simulator: ["--key-env", "SIMULATED_SECRET"], address: "base-url",
        settings: ["account=leadledgertest", "table=marketplaceleads"],
        secrets: ["account-key": "SIMULATED_SECRET"], optOuts: ["DoNotContact"], batch: 100)
    static let azureBlob = Target(
        kind: "azure-blob", simulator: ["--key-env", "SIMULATED_SECRET"], address: "base-url",
        settings: ["account=leadledgertest"], secrets: ["account-key": "SIMULATED_SECRET"], flagging: nil,
        batch: 500)
    static let https = Target(
        kind: "https", simulator: ["--secret-env", "SIMULATED_SECRET"], settings: ["format=cloudevents"],
        secrets: ["signing-secret": "SIMULATED_SECRET"], flagging: nil)

    static let all = [dynamics, marketo, salesforce, salesforceWeb, hubspot, azureTable, azureBlob, https]

    /// The secret that the simulator knows.
    private var secret: String {
        let bytes = Data((0..<32).map { UInt8($0) }).base64EncodedString()
        return kind == "https" ? "whsec_\(bytes)" : bytes
    }

    /// Starts the simulator.
    func simulate(_ home: TestHome, _ more: [String] = []) throws -> Endpoint {
        var arguments = simulator + more
        if ["dynamics", "salesforce"].contains(kind) { arguments += ["--client-secret-env", "SIMULATED_SECRET"] }
        return try Endpoint(
            home, kind: kind, arguments: arguments,
            variables: ["SIMULATED_SECRET": secret, "SIMULATED_CLIENT": "leadledger-client"])
    }

    /// The arguments that add the destination `crm`, which is at `url`. Its secret is in a file of the home.
    func adding(_ home: TestHome, at url: String, _ more: [String] = [], secret other: String? = nil) throws -> [String]
    {
        let file = home.folder.file("secret-\(UUID().uuidString)")
        _ = FileManager.default.createFile(
            atPath: file, contents: Data((other ?? secret).utf8), attributes: [.posixPermissions: 0o600])
        let path = kind == "https" ? "/leads" : ""
        var arguments = ["destination", "add", "crm", "--kind", kind]
        // A setting that is given in `more` stands for the usual one.
        let given = Set(more.map { $0.prefix { $0 != "=" } })
        var settings = settings.map { $0 == "LOGIN" ? "login-url=\(url)" : $0 }
            .filter { setting in !given.contains(setting.prefix { $0 != "=" }) }
        settings += ["\(address)=\(url)\(path)", "allow-private=true", "pace=100000"]
        for setting in settings + more { arguments += ["--set", setting] }
        for key in secrets.keys.sorted() { arguments += ["--secret", "\(key)=file:\(file)"] }
        return arguments
    }

    /// Adds the destination `crm`.
    func add(_ home: TestHome, at endpoint: Endpoint, _ more: [String] = []) async throws {
        let ended = try await home.start(try adding(home, at: endpoint.url, more)).ended()
        #expect(ended.status == 0, "\(ended.err)")
    }

    /// How often each key was written with success, by the simulator's log, and what is written by none.
    func accepted(_ endpoint: Endpoint) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for request in try await endpoint.requests() {
            for key in keys(request) { counts[key, default: 0] += 1 }
        }
        return counts
    }

    private func keys(_ request: [String: Any]) -> [String] {
        let body = request["body"] as? [String: Any]
        switch kind {
        case "https":
            guard ["accepted", "duplicate"].contains(request["fate"] as? String ?? "") else { return [] }
            return [(body?["data"] as? [String: Any])?["lead"] as? String ?? "no lead"]
        case "azure-blob":
            guard request["status"] as? Int == 201, (request["query"] as? String)?.contains("appendblock") == true
            else { return [] }
            if let body { return [body["lead"] as? String ?? "no lead"] }
            return (request["body"] as? String ?? "").split(separator: "\n").map { line in
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return object?["lead"] as? String ?? "no lead"
            }
        default:
            let records = request["records"] as? [[String: Any]] ?? []
            return records.filter { ["created", "updated"].contains($0["fate"] as? String ?? "") }
                .map { Self.key($0) }
        }
    }

    /// The key of a record; a table's row without its partition.
    static func key(_ record: [String: Any]) -> String {
        (record["key"] as? String ?? "").split(separator: "/").last.map(String.init) ?? ""
    }
}
