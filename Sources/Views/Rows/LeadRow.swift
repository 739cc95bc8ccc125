package import Leads
internal import SQLite

/// A row of the view `leads`.
package struct LeadRow: Hashable, Sendable {
    /// Subject × 2³² + number of the offer's text.
    package let key: Int64
    package var lead: Lead

    package var subject: Int64 { key >> 32 }
    package var offer: Int64 { key & 0xffff_ffff }

    package static func key(subject: Int64, offer: Int64) -> Int64 { subject << 32 | offer }
}

extension LeadRow: TableRow {
    static let table = "lead"
    static let columns = ["key", "number", "state"]

    init(reading row: Statement) throws {
        key = row.integer(0)
        var lead = Lead(number: UInt32(truncatingIfNeeded: row.integer(1)))
        row.withBytes(2) { bytes in
            var reader = BlobReader(bytes)
            lead.isTest = reader.next() != 0
            lead.version = reader.next()
            lead.latest = Moment(at: reader.next(), seq: reader.next())
            lead.country = reader.next()
            lead.countryFrom = Moment(at: reader.next(), seq: reader.next())
            while !reader.isAtEnd {
                let number = reader.next()
                let count = ActionCount(
                    count: reader.next(), first: reader.next(), last: Moment(at: reader.next(), seq: reader.next()))
                if (1...Int64(KnownActions.count)).contains(number) {
                    lead.known[Int(number) - 1] = count
                } else {
                    lead.other[number] = count
                }
            }
        }
        self.lead = lead
    }

    func bind(to statement: Statement) throws {
        var blob = BlobWriter(capacity: 7 + 5 * (KnownActions.count + lead.other.count))
        blob.add(lead.isTest ? 1 : 0)
        blob.add(lead.version)
        blob.add(lead.latest.at)
        blob.add(lead.latest.seq)
        blob.add(lead.country)
        blob.add(lead.countryFrom.at)
        blob.add(lead.countryFrom.seq)
        for index in 0..<KnownActions.count where lead.known[index].count > 0 {
            Self.add(Int64(index + 1), lead.known[index], to: &blob)
        }
        if !lead.other.isEmpty {
            for (number, count) in lead.other.sorted(by: { $0.key < $1.key }) { Self.add(number, count, to: &blob) }
        }
        try statement.bind(key, at: 1)
        try statement.bind(Int64(lead.number), at: 2)
        try statement.bind(blob.bytes, at: 3)
    }

    private static func add(_ number: Int64, _ count: ActionCount, to blob: inout BlobWriter) {
        blob.add(number)
        blob.add(count.count)
        blob.add(count.first)
        blob.add(count.last.at)
        blob.add(count.last.seq)
    }
}
