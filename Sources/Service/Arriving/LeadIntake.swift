internal import HTTPTypes
internal import Intake
internal import Leads
internal import Ledger
internal import OrderedJSON
internal import Views

extension LeadService {
    /// `POST /in/{token}`: nothing that reaches a lead endpoint is lost, so what is no lead is kept as quarantined.
    func takeLead(_ exchange: Exchange) async throws -> Answer {
        guard case .endpoint(let endpoint) = exchange.caller else { throw Problem(.internalError, "No endpoint.") }
        return try await withArrival(exchange, path: "/in/" + endpoint.name) { request in
            let window = settings.duplicateWindow
            var events = leadReaders.use {
                $0.read(
                    request, offer: endpoint.offer, actor: endpoint.actor, scope: endpoint.actor, window: window)
            }
            var appended = try await appends.append(events)
            var conflicts: [Int] = []
            for (index, answer) in appended.enumerated() {
                guard case .conflict(let seq) = answer else { continue }
                conflicts.append(index)
                events[index] = .quarantinedConflict(
                    of: events[index], request: request, conflictsWith: seq, scope: endpoint.actor, window: window)
            }
            if !conflicts.isEmpty {
                let kept = try await appends.append(conflicts.map { events[$0] })
                for (index, answer) in zip(conflicts, kept) { appended[index] = answer }
            }
            return try await leadAnswer(events, appended)
        }
    }

    /// 202 when something is quarantined, else 201 when something is new, else 200.
    private func leadAnswer(_ events: [NewEvent], _ appended: [Appended]) async throws -> Answer {
        var receipts: [JSON] = []
        var isNew = false
        var isQuarantined = false
        for (event, answer) in zip(events, appended) {
            guard let receipt = answer.receipt else {
                throw Problem(.internalError, "An event could not be appended.")
            }
            let isDuplicate = if case .duplicate = answer { true } else { false }
            if event.type == .intakeQuarantined { isQuarantined = true }
            if !isDuplicate { isNew = true }
            metrics.count(
                isDuplicate ? .duplicate : event.type == .intakeQuarantined ? .quarantined : .recorded)
            receipts.append(try await self.receipt(event, receipt, isDuplicate: isDuplicate))
        }
        return .json(
            receipts.count == 1 ? receipts[0] : .array(receipts),
            status: isQuarantined ? .accepted : isNew ? .created : .ok)
    }
}
