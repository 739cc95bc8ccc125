internal import HTTPTypes
internal import NIOCore
internal import OrderedJSON

extension LeadService {
    private static let healthy = Array("{\"status\":\"ok\"}".utf8)

    func health() -> Answer { Answer(.ok, type: "application/json", Self.healthy) }

    /// Ready while the ledger can be written and the service is not ending. Views that lag are shown and do no harm:
    /// what comes in is safe, and catches up.
    func readiness() -> Answer {
        let status = status()
        let isReady = !appends.isBroken && !isDraining
        return .json(
            [
                "ready": .bool(isReady),
                "ledger": ["events": .number(status.events), "synchronous": .string(status.synchronous)],
                "views": ["seq": .number(status.folded), "lag": .number(max(0, status.events - status.folded))],
                "waiting": .number(metrics.waiting.count),
            ], status: isReady ? .ok : .serviceUnavailable)
    }

    func figures() -> Answer {
        Answer(.ok, type: "text/plain; version=0.0.4; charset=utf-8", Array(metrics.text.utf8))
    }
}
