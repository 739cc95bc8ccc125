package import Leads
package import OrderedJSON

/// One answer to a query: entities, and where the next answer begins.
package struct TablePage: Hashable, Sendable {
    package let entities: [TableEntity]
    /// `nil` after the last answer. An answer without entities may well have one.
    package let continuation: TableContinuation?
    /// When the service answered, by its own clock.
    package let answeredAt: Instant?

    /// - Parameter header: the value of a header of the answer, by its name in lower case.
    package init(body: [UInt8], header: (String) -> String?) throws(TableAnswerError) {
        let json: JSON
        do {
            json = try JSON.parse(body)
        } catch {
            throw TableAnswerError(reason: "it is not JSON (\(error))")
        }
        guard let values = json["value"]?.array else { throw TableAnswerError(reason: "it has no list of entities") }
        entities = try values.map { (value) throws(TableAnswerError) in
            guard case .object(let members) = value else { throw TableAnswerError(reason: "an entity is no object") }
            return TableEntity(members: members)
        }
        answeredAt = header("date").flatMap { RetryAfter.date($0) }
        func mark(_ name: String) -> String? {
            header("x-ms-continuation-" + name).flatMap { $0.isEmpty ? nil : $0 }
        }
        continuation = mark("nextpartitionkey").map {
            TableContinuation(partitionKey: $0, rowKey: mark("nextrowkey"))
        }
    }
}

/// An entity as the service wrote it, with `…@odata.type` beside the properties whose type does not show.
package struct TableEntity: Hashable, Sendable {
    package let members: [JSON.Member]

    package init(members: [JSON.Member]) { self.members = members }

    package subscript(_ name: String) -> JSON? { members.first { $0.name == name }?.value }

    /// What names it in its table; `nil` where a key is missing, which no service does.
    package var keys: (partition: String, row: String)? {
        guard let partition = self["PartitionKey"]?.string, let row = self["RowKey"]?.string else { return nil }
        return (partition, row)
    }

    /// When it was written last, by the clock of the service.
    package var timestamp: Instant? { self["Timestamp"]?.string.flatMap { Instant($0) } }

    /// The OData type of a property: what stands beside it, else what its JSON shows.
    package func type(of name: String) -> String? {
        if let said = self[name + "@odata.type"]?.string { return said }
        switch self[name] {
        case .string: return name == "Timestamp" ? "Edm.DateTime" : "Edm.String"
        case .bool: return "Edm.Boolean"
        case .number(let digits): return digits.allSatisfy { $0.isNumber || $0 == "-" } ? "Edm.Int32" : "Edm.Double"
        default: return nil
        }
    }

    package var json: JSON { .object(members) }
}

/// Why an answer of the table service cannot be read. It shows nothing of the entities.
package struct TableAnswerError: Error, Hashable, CustomStringConvertible {
    package let reason: String

    package var description: String { "the answer of the table service cannot be read: \(reason)" }
}
