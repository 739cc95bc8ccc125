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
    static let columns = ["subject", "state"]

    init(reading row: Statement) throws {
        subject = row.integer(0)
        row.withBytes(1) { bytes in
            var reader = BlobReader(bytes)
            customer.actions = reader.next()
            customer.first = reader.next()
            customer.last = reader.next()
            customer.isTest = reader.next() != 0
            customer.lastEvent = reader.next()
            while !reader.isAtEnd {
                let moment = Moment(at: reader.next(), seq: reader.next())
                let fields = Int32(truncatingIfNeeded: reader.next())
                customer.sources.append(Customer.FieldSource(moment: moment, fields: fields))
            }
        }
    }

    func bind(to statement: Statement) throws {
        var blob = BlobWriter(capacity: 5 + 3 * customer.sources.count)
        blob.add(customer.actions)
        blob.add(customer.first)
        blob.add(customer.last)
        blob.add(customer.isTest ? 1 : 0)
        blob.add(customer.lastEvent)
        for source in customer.sources {
            blob.add(source.moment.at)
            blob.add(source.moment.seq)
            blob.add(Int64(source.fields))
        }
        try statement.bind(subject, at: 1)
        try statement.bind(blob.bytes, at: 2)
    }
}
