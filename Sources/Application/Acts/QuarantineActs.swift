internal import FoundationEssentials
internal import Intake
internal import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
internal import Views

/// Reads again what was quarantined, by today's rules or with a correction given by hand, and records the lead.
package struct QuarantineReleaseAct: Act {
    package static let name = "quarantine-release"

    let seq: Int64
    let correction: Data?
    let reason: String?

    /// - Parameter correction: the lead as it should have come, in any shape that a file of leads may have.
    package init(seq: Int64, correction: [UInt8]?, reason: String?) {
        self.seq = seq
        self.correction = correction.map { Data($0) }
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        let reader = try LedgerReader(files: home.home.files)
        guard let event = try reader.event(seq),
            let quarantined = Quarantined(event, body: try reader.body(of: event))
        else {
            throw ActFailure("event \(seq) is no quarantined one. Look: leadledger quarantine list")
        }
        if let releasedBy = try await home.snapshot().views.quarantined(seq)?.releasedBy {
            return [
                "quarantined": .number(seq), "released": .bool(true), "duplicate": .bool(true),
                "releasedBy": .number(releasedBy),
            ]
        }
        let events: [NewEvent]
        do {
            events = try QuarantineRelease.read(
                quarantined, correction: correction.map { Array($0) }, reason: reason)
        } catch {
            throw ActFailure(
                "\(error). Nothing was recorded; give the lead as it should be: "
                    + "leadledger quarantine release \(seq) --with FILE")
        }
        let answers = try await home.writer.append(events)
        let conflict = answers.compactMap { if case .conflict(let seq) = $0 { seq } else { nil } }.first
        if let conflict {
            throw ActFailure(
                "event \(seq) was released before with other content (event \(conflict)); nothing was changed")
        }
        if let last = answers.compactMap(\.receipt).map(\.seq).max() { await home.appended(last) }
        let ids = PublicID(ledger: home.writer.id)
        let isNew = answers.contains { if case .recorded = $0 { true } else { false } }
        let leads = zip(events, answers).filter { $0.0.type == .actionRecorded }.compactMap(\.1.receipt)
        return [
            "quarantined": .number(seq), "released": .bool(true), "duplicate": .bool(!isNew),
            "events": .array(
                leads.map { receipt in
                    [
                        "seq": .number(receipt.seq), "id": .string(receipt.id.description),
                        "customer": .string(ids.text(.customer, receipt.subject)),
                    ]
                }),
        ]
    }
}

/// Says that there is no lead in what was quarantined, so that nobody looks again. What came stays as it is.
package struct QuarantineDismiss: Act {
    package static let name = "quarantine-dismiss"

    let seq: Int64
    let reason: String?

    package init(seq: Int64, reason: String?) {
        self.seq = seq
        self.reason = reason
    }

    package func perform(on home: OpenHome) async throws -> JSON {
        guard let event = try LedgerReader(files: home.home.files).event(seq, body: false),
            let quarantined = Quarantined(event, body: nil)
        else {
            throw ActFailure("event \(seq) is no quarantined one. Look: leadledger quarantine list")
        }
        let releasedBy = try await home.snapshot().views.quarantined(seq)?.releasedBy
        if releasedBy == nil {
            let answer = try await home.writer.append(QuarantineRelease.dismissed(quarantined, reason: reason))
            if let receipt = answer.receipt { await home.appended(receipt.seq) }
        }
        return ["quarantined": .number(seq), "dismissed": .bool(true), "duplicate": .bool(releasedBy != nil)]
    }
}
