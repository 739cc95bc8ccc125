internal import Leads
internal import Reports
internal import Views

/// One event as a test tells it, before it becomes numbers.
struct Told {
    enum Kind {
        case action, quarantined, delivery
    }

    var kind = Kind.action
    var customer = 1
    var action: String? = "INS"
    var source: String? = "AzureMarketplace"
    var offer: String? = "bitnami.openedxcypress"
    var country: String? = "US"
    var isTest = false
    /// Half seconds since 2024-01-01T00:00:00Z.
    var at = 0
    /// The same for when it was recorded.
    var recorded = 0

    var occurredAt: Int64 { Told.start + Int64(at) * 500_000 }
    var recordedAt: Int64 { Told.start + Int64(recorded) * 500_000 }

    static let start: Int64 = 1_704_067_200_000_000
}

/// Half seconds, the unit that told times are in.
let second = 2
let minute = 60 * second
let hour = 60 * minute
let day = 24 * hour

func instant(_ at: Int) -> Instant { Instant(micros: Told.start + Int64(at) * 500_000) }

/// What a ledger holds, as the event file shows it: told events in order of `seq`, turned into rows and terms.
struct History {
    private(set) var rows: [EventRow] = []
    private(set) var terms: [String] = Action.known.map(\.code) + Source.known.map(\.name)
    private var leadNumbers: [String: UInt32] = [:]
    private var subjectNumbers: [Int: UInt32] = [:]

    /// - Parameter otherTerms: how many texts the ledger has numbered before the first event.
    init(_ events: [Told], otherTerms: Int = 0) {
        terms += (0..<otherTerms).map { "text \($0)" }
        for event in events { rows.append(row(event)) }
    }

    private mutating func row(_ event: Told) -> EventRow {
        let isAboutLead = event.kind != .quarantined
        let offer = term(event.offer)
        var lead: UInt32 = 0
        var subject: UInt32 = 0
        if isAboutLead {
            subject = number(event.customer, in: &subjectNumbers)
            lead = number("\(event.customer)/\(offer)", in: &leadNumbers)
        }
        let type: EventType =
            switch event.kind {
            case .action: .actionRecorded
            case .quarantined: .intakeQuarantined
            case .delivery: .deliveryAttempted
            }
        return EventRow(
            type: UInt16(type.rawValue), subject: subject, occurredAt: event.occurredAt, recordedAt: event.recordedAt,
            source: term(event.source), action: term(event.action), offer: offer, country: term(event.country),
            flags: event.isTest ? EventFlags.test.rawValue : 0, lead: lead)
    }

    private mutating func term(_ text: String?) -> UInt32 {
        guard let text else { return 0 }
        if let index = terms.firstIndex(where: { $0.utf8.elementsEqual(text.utf8) }) { return UInt32(index + 1) }
        terms.append(text)
        return UInt32(terms.count)
    }

    private func number<Key: Hashable>(_ key: Key, in numbers: inout [Key: UInt32]) -> UInt32 {
        if let number = numbers[key] { return number }
        let number = UInt32(numbers.count + 1)
        numbers[key] = number
        return number
    }
}

extension History {
    func report(_ query: FunnelQuery) -> FunnelReport {
        let terms = terms
        return rows.withUnsafeBufferPointer { rows in
            do {
                return try FunnelScan(
                    rows: rows, leads: leadNumbers.count, subjects: subjectNumbers.count, terms: terms.count,
                    term: { $0 == 0 ? nil : terms[Int($0) - 1] }
                ).report(query)
            } catch {
                preconditionFailure("a told history is sound: \(error)")
            }
        }
    }
}

/// The funnel of told events; asked a year after their start unless told otherwise.
func funnel(
    _ events: [Told], policy: Policy = .september2018, mode: FunnelQuery.Mode = .reached,
    unit: FunnelQuery.Unit = .lead, window: Span = 90 * .day, since: Int? = nil, until: Int? = nil, asOf: Int? = nil,
    by: [FunnelQuery.Dimension] = [], now: Int = 365 * day
) -> FunnelReport {
    History(events).report(
        FunnelQuery(
            policy: policy, mode: mode, unit: unit, window: window, since: since.map(instant),
            until: until.map(instant), asOf: asOf.map(instant), by: by, now: instant(now)))
}
