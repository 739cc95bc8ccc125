import Delivery
import Destinations
import Leads
import LedgerTestKit
import OrderedJSON
import Synchronization
import Testing

/// Leads that are one and the same to a destination, in batches that have to be halved.
@Suite(.timeLimit(.minutes(5)))
struct BatchTests {
    /// A system that takes leads one by one only, each under the customer's email, and notices two at once.
    private final class OneByOne: Adapter {
        private struct State {
            var underWay: Set<String> = []
            var overlaps = 0
            var taken = 0
        }

        private let state = Mutex(State())

        var overlaps: Int { state.withLock(\.overlaps) }
        var taken: Int { state.withLock(\.taken) }
        let batchLimit = 4

        func prepare(_ outgoing: Outgoing) -> Prepared {
            let lead = JSON.string(outgoing.lead)
            return Prepared(outgoing, record: lead, digest: lead.encoded(), key: outgoing.customer)
        }

        func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
            let keys = leads.map(\.key)
            state.withLock { state in
                state.overlaps += keys.count { !state.underWay.insert($0).inserted }
            }
            // Answers take their time, some more than others.
            for _ in 0..<(20 + Int(leads[0].outgoing.version) % 7 * 40) { await Task.yield() }
            state.withLock { state in
                state.underWay.subtract(keys)
                if leads.count == 1 { state.taken += 1 }
            }
            let isAlone = leads.count == 1
            let attempt = SentAttempt(outcome: isAlone ? .delivered : .rejected, reason: "")
            return BatchAnswer(leads.map { _ in attempt }, isDivisible: !isAlone)
        }

        func check(now: Instant) async -> [CheckStep] { [] }
        func shutdown() async {}
    }

    @Test func `two leads of one key are never on the way at once, halves of a batch included`() async throws {
        try await withDeliveryHome { home in
            let system = OneByOne()
            try await home.add("crm", ["url": "http://127.0.0.1:1/", "parallel": "8"])
            for offer in 0..<6 { try await home.leads(24, offer: "contoso.offer\(offer)") }
            let counts = try await home.deliver(by: system)
            #expect(counts.outcomes == [.delivered: 144])
            #expect(system.taken == 144)
            #expect(system.overlaps == 0)
        }
    }
}
