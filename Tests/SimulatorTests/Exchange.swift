import Leads
import OrderedJSON
import Simulators

/// One request to a simulated system without a socket, and what the system said.
struct Exchange {
    let status: Int
    let headers: [(name: String, value: String)]
    /// `null` where the answer has no JSON.
    let json: JSON
    let fate: Fate
    let records: [RecordFate]

    static let now = Instant("2026-10-01T08:30:00Z")!

    init(
        _ system: some SimulatedSystem, _ method: String, _ target: String,
        headers: [(name: String, value: String)] = [], body: String = "", now: Instant = Self.now,
        refusing refusal: Refusal? = nil
    ) async {
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        let arrival = Arrival(
            method: method, path: String(target[..<mark]),
            query: mark == target.endIndex ? nil : String(target[target.index(after: mark)...]),
            headers: [("host", "crm.example")] + headers, body: Array(body.utf8))
        switch await system.judge(arrival, now: now, refusing: refusal) {
        case .accepted:
            (status, self.headers, json, fate, records) = (200, [], .null, .accepted, [])
        case .rejected(let status, _):
            (self.status, self.headers, json, fate, records) = (status, [], .null, .rejected, [])
        case .answered(let answer, let fate, _, let records):
            status = answer.status
            self.headers = answer.headers
            json = (try? JSON.parse(answer.body)) ?? .null
            self.fate = fate
            self.records = records
        }
    }

    subscript(_ header: String) -> String? { headers.first { $0.name.lowercased() == header }?.value }
}
