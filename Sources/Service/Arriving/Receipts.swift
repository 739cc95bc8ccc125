internal import Leads
internal import Ledger
internal import OrderedJSON

extension LeadService {
    /// What the sender is told of an event: the same as `leadledger record -o json` says.
    func receipt(_ event: NewEvent, _ receipt: Receipt, isDuplicate: Bool) async throws -> JSON {
        if event.type == .intakeQuarantined {
            return [
                "seq": .number(receipt.seq), "id": .string(receipt.id.description), "quarantined": .bool(true),
                "reason": event.detail.flatMap { (try? JSON.parse($0))?["reason"] } ?? .null,
                "duplicate": .bool(isDuplicate),
            ]
        }
        let offer = try await offers.number(event.offer)
        return [
            "seq": .number(receipt.seq), "id": .string(receipt.id.description),
            "customer": .string(ids.text(.customer, receipt.subject)),
            "lead": .string(ids.text(.lead, receipt.subject << 32 | offer)), "duplicate": .bool(isDuplicate),
        ]
    }
}
