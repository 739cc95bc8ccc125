import Leads
import Ledger
import Testing

@testable import Views

/// What came in and who let it in, told in the plainest way from whole events.
struct NaiveIntake {
    struct Beats: Equatable {
        var count = 0
        var times: [Int64] = []

        var habit: Span? {
            let gaps = zip(times, times.dropFirst()).map { Span(micros: $1 - $0) }
            let pauses = gaps.filter { $0 >= 2 * .hour }.suffix(32).sorted()
            guard count >= 8 else { return nil }
            // The shortest pause that at least 95 of 100 pauses do not exceed.
            return pauses.first { pause in pauses.count { $0 <= pause } * 100 >= pauses.count * 95 } ?? 2 * .hour
        }
    }

    private(set) var beats: [String: Beats] = [:]
    private(set) var quarantine: [QuarantineRow] = []
    private(set) var access = Access()
    private(set) var sources = PullSources()

    init(_ ledger: LedgerReader) throws {
        try ledger.events(from: 1, to: .max) { event in
            take(event)
            return true
        }
    }

    private mutating func take(_ event: StoredEvent) {
        guard let type = event.eventType else { return }
        let detail = event.detail ?? []
        switch type {
        case .actionRecorded, .intakeQuarantined:
            if !event.offer.isEmpty { beat("offer \(event.offer)", event) }
            let parts = event.actor.split(separator: ":", maxSplits: 1)
            if parts.count == 2, ["endpoint", "source"].contains(parts[0]) { beat("\(parts[0]) \(parts[1])", event) }
            if type == .intakeQuarantined { quarantine.append(QuarantineRow(seq: event.seq, releasedBy: nil)) }
        case .quarantineReleased:
            guard detail.count > 2 else { return }
            let index = quarantine.firstIndex { $0.seq == event.cause && $0.releasedBy == nil }
            if let index { quarantine[index] = QuarantineRow(seq: event.cause, releasedBy: event.seq) }
        default:
            access.evolve(type, at: event.recordedAt, detail: detail)
            sources.evolve(type, at: event.recordedAt, detail: detail)
        }
    }

    private mutating func beat(_ name: String, _ event: StoredEvent) {
        let time = min(event.occurredAt, event.recordedAt).micros
        beats[name, default: Beats()].count += 1
        if let last = beats[name]?.times.last, last >= time { return }
        beats[name]?.times.append(time)
    }

    func expectSame(_ views: ViewsReader, _ place: String) throws {
        let found = try views.heartbeats()
        #expect(Set(found.map { "\($0.kind) \($0.name)" }) == Set(beats.keys), "\(place)")
        #expect(found.count == beats.count, "\(place)")
        for heartbeat in found {
            let name = "\(heartbeat.kind) \(heartbeat.name)"
            #expect(heartbeat.count == Int64(beats[name]?.count ?? 0), "\(place), \(name)")
            #expect(heartbeat.rhythm.first == beats[name]?.times.first, "\(place), \(name)")
            #expect(heartbeat.last.micros == beats[name]?.times.last, "\(place), \(name)")
            #expect(heartbeat.habit == beats[name]?.habit, "\(place), \(name)")
        }
        var rows: [QuarantineRow] = []
        try views.quarantine(after: 0) { row in
            rows.append(row)
            return true
        }
        #expect(rows == quarantine, "\(place)")
        #expect(views.access == access && views.sources == sources, "\(place)")
    }
}
