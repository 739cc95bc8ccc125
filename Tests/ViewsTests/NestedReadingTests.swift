import Leads
import Ledger
import LedgerTestKit
import TestKit
import Testing
import Views

/// Readers keep the statements of single rows prepared; a question inside another must not disturb it.
@Suite struct `A reader asked while it answers` {
    @Test func `gives each event, customer, lead and delivery as it does alone`() async throws {
        let home = try TemporaryHome()
        var history = RandomHistory(SeededRandom(seed: 21), start: home.clock.now)
        let batch = (1...Int64(200)).map { history.next(seq: $0) }
        try await home.withWriter { _ = try await $0.append(batch) }
        let writer = try ViewsWriter(files: home.files, policy: .september2018)
        try await writer.catchUp()
        try await writer.close()
        let ledger = try LedgerReader(files: home.files)
        func views() throws -> ViewsReader {
            try #require(try ViewsReader(files: home.files, ledger: ledger.id, policy: .september2018))
        }
        let (asked, alone) = (try views(), try views())
        var events = 0
        try ledger.events(from: 1, to: .max) { event throws in
            #expect(try ledger.event(201 - event.seq)?.seq == 201 - event.seq)
            #expect(try ledger.event(event.seq) == event)
            #expect(try ledger.event(201) == nil)
            events += 1
            return true
        }
        #expect(events == 200)
        var leads: [LeadRow] = []
        try asked.leads(after: -1) { row throws in
            #expect(try asked.lead(row.key) == row)
            let customer = try asked.customer(row.subject)
            let customerAlone = try alone.customer(row.subject)
            #expect(customer == customerAlone)
            let own = try asked.leads(of: row.subject)
            let ownAlone = try alone.leads(of: row.subject)
            #expect(own == ownAlone)
            let sent = try asked.deliveries(ofLeads: [row.key])
            let sentAlone = try alone.deliveries(ofLeads: [row.key])
            #expect(sent == sentAlone)
            leads.append(row)
            return true
        }
        #expect(leads.count == Int(asked.leadCount))
        var deliveries = 0
        try asked.deliveries { row throws in
            #expect(try asked.delivery(row.key) == row)
            let lead = try asked.lead(row.lead)
            let other = try alone.lead(row.lead)
            #expect(lead == other)
            deliveries += 1
            return true
        }
        #expect(deliveries > 10)
    }
}
