internal import HTTPTypes
internal import NIOCore
internal import OrderedJSON

extension LeadService {
    private static let healthy = Array("{\"status\":\"ok\"}".utf8)

    func health() -> Answer { Answer(.ok, type: "application/json", Self.healthy) }

    /// Ready while the last commit succeeded and the service is not ending; else it says why not. Views that lag are
    /// shown and do no harm: what comes in is safe, and catches up.
    func readiness() -> Answer {
        let status = status()
        let reason = isDraining ? "the service is ending" : appends.failure
        var members = [
            JSON.Member("ready", .bool(reason == nil)),
            JSON.Member(
                "ledger", ["events": .number(status.events), "synchronous": .string(status.synchronous)]),
            JSON.Member(
                "views", ["seq": .number(status.folded), "lag": .number(max(0, status.events - status.folded))]),
            JSON.Member("waiting", .number(metrics.waiting.count)),
        ]
        if let reason { members.insert(JSON.Member("reason", .string(reason)), at: 1) }
        return .json(.object(members), status: reason == nil ? .ok : .serviceUnavailable)
    }

    /// Made on a thread of its own, since others' figures may come from files; questions that wait do not delay it.
    func figures() async throws -> Answer {
        let text = try await figureLine.run { [metrics] in metrics.text }
        return Answer(.ok, type: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }
}
