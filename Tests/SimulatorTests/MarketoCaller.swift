import Leads
import OrderedJSON
import Simulators
import Testing

/// Somebody who calls a simulated Marketo without a socket, with a token of its own.
struct MarketoCaller {
    static let now = Instant("2026-03-02T10:00:00Z")!
    static let id = "11111111-2222-3333-4444-555555555555"
    static let secret = "s3cret & more"
    static let grant =
        "grant_type=client_credentials&client_id=\(id)&client_secret=s3cret%20%26%20more"

    let service: MarketoService
    private let token: String

    init(
        _ change: (inout MarketoSettings) -> Void = { _ in }, pause: @escaping @Sendable () async -> Void = {}
    ) async throws {
        var settings = MarketoSettings(clientID: Self.id, clientSecret: Self.secret)
        settings.customFields = ["ledgerId"]
        settings.textFields = ["leadDescription"]
        change(&settings)
        service = MarketoService(settings, now: Self.now, pause: pause)
        token = try #require(await Self.token(service).text)
    }

    static func token(
        _ service: MarketoService, query: String? = grant, form: String? = nil, now: Instant = now
    ) async -> (status: Int, text: String?, seconds: Int64?, error: String?) {
        let arrival = Arrival(
            method: form == nil ? "GET" : "POST", path: "/identity/oauth/token", query: query,
            headers: form == nil ? [] : [("content-type", "application/x-www-form-urlencoded")],
            body: Array((form ?? "").utf8))
        guard case .answered(let answer, _, _, _) = await service.judge(arrival, now: now),
            let json = try? JSON.parse(answer.body)
        else { return (0, nil, nil, nil) }
        return (
            answer.status, json["access_token"]?.string, json["expires_in"]?.integer, json["error"]?.string
        )
    }

    struct Answer {
        let status: Int
        let json: JSON
        let fates: [RecordFate]

        /// The code of the call's first error.
        var code: String? { json["errors"]?.array?.first?["code"]?.string }
        /// What became of each record: its status, or the code of the first reason against it.
        var records: [String] {
            (json["result"]?.array ?? []).map { record in
                record["reasons"]?.array?.first?["code"]?.string ?? record["status"]?.string ?? "?"
            }
        }
        var ids: [Int64?] { (json["result"]?.array ?? []).map { $0["id"]?.integer } }
    }

    /// - Parameter headers: in place of those that a good request has.
    func call(
        _ method: String, _ target: String, _ body: String = "", headers: [(name: String, value: String)]? = nil,
        now: Instant = now, refusing refusal: Refusal? = nil
    ) async -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let usual = [("authorization", "Bearer \(token)"), ("content-type", "application/json")]
        let arrival = Arrival(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: headers ?? usual,
            body: Array(body.utf8))
        guard case .answered(let answer, _, _, let fates) = await service.judge(arrival, now: now, refusing: refusal)
        else { return Answer(status: 0, json: .null, fates: []) }
        return Answer(status: answer.status, json: (try? JSON.parse(answer.body)) ?? .null, fates: fates)
    }

    func authorization(_ type: String? = "application/json") -> [(name: String, value: String)] {
        [("authorization", "Bearer \(token)")] + (type.map { [("content-type", $0)] } ?? [])
    }

    /// Sync Leads.
    func sync(_ input: String, _ more: String = "", refusing refusal: Refusal? = nil) async -> Answer {
        await call("POST", "/rest/v1/leads.json", "{\(more)\"input\":[\(input)]}", refusing: refusal)
    }

    func count(_ name: String) async -> Int { await service.counts.first { $0.name == name }?.count ?? -1 }
}
