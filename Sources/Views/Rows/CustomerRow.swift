package import Leads
internal import SQLite

/// A row of the view `customers`.
package struct CustomerRow: Hashable, Sendable {
    package let subject: Int64
    package var customer = Customer()

    package static func key(_ subject: Int64) -> Int64 { subject }
}

extension CustomerRow: TableRow {
    static let table = "customer"
    static let columns = ["subject", "actions", "first_at", "last_at", "test", "last_event", "sources"]

    init(reading row: Statement) throws {
        subject = row.integer(0)
        customer.actions = row.integer(1)
        customer.first = row.integer(2)
        customer.last = row.integer(3)
        customer.isTest = row.integer(4) != 0
        customer.lastEvent = row.integer(5)
        row.withBytes(6) { bytes in
            var reader = BlobReader(bytes)
            while !reader.isAtEnd {
                let moment = Moment(at: reader.next(), seq: reader.next())
                let fields = Int32(truncatingIfNeeded: reader.next())
                customer.sources.append(Customer.FieldSource(moment: moment, fields: fields))
            }
        }
    }

    func bind(to statement: Statement) throws {
        var blob = BlobWriter()
        for source in customer.sources {
            blob.add(source.moment.at)
            blob.add(source.moment.seq)
            blob.add(Int64(source.fields))
        }
        try statement.bind(subject, at: 1)
        try statement.bind(customer.actions, at: 2)
        try statement.bind(customer.first, at: 3)
        try statement.bind(customer.last, at: 4)
        try statement.bind(Int64(customer.isTest ? 1 : 0), at: 5)
        try statement.bind(customer.lastEvent, at: 6)
        try statement.bind(blob.bytes, at: 7)
    }
}
