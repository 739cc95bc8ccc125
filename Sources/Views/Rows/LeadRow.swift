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
    static let columns = [
        "key", "number", "test", "version", "latest_at", "latest_seq", "country", "country_at", "country_seq",
        "actions",
    ]

    init(reading row: Statement) throws {
        key = row.integer(0)
        var lead = Lead(number: UInt32(truncatingIfNeeded: row.integer(1)))
        lead.isTest = row.integer(2) != 0
        lead.version = row.integer(3)
        lead.latest = Moment(at: row.integer(4), seq: row.integer(5))
        lead.country = row.integer(6)
        lead.countryFrom = Moment(at: row.integer(7), seq: row.integer(8))
        row.withBytes(9) { bytes in
            var reader = BlobReader(bytes)
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
        var blob = BlobWriter()
        for index in 0..<KnownActions.count where lead.known[index].count > 0 {
            Self.add(Int64(index + 1), lead.known[index], to: &blob)
        }
        for (number, count) in lead.other.sorted(by: { $0.key < $1.key }) { Self.add(number, count, to: &blob) }
        try statement.bind(key, at: 1)
        try statement.bind(Int64(lead.number), at: 2)
        try statement.bind(Int64(lead.isTest ? 1 : 0), at: 3)
        try statement.bind(lead.version, at: 4)
        try statement.bind(lead.latest.at, at: 5)
        try statement.bind(lead.latest.seq, at: 6)
        try statement.bind(lead.country, at: 7)
        try statement.bind(lead.countryFrom.at, at: 8)
        try statement.bind(lead.countryFrom.seq, at: 9)
        try statement.bind(blob.bytes, at: 10)
    }

    private static func add(_ number: Int64, _ count: ActionCount, to blob: inout BlobWriter) {
        blob.add(number)
        blob.add(count.count)
        blob.add(count.first)
        blob.add(count.last.at)
        blob.add(count.last.seq)
    }
}
