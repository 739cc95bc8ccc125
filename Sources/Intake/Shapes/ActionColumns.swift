internal import Leads
internal import Ledger

/// Which column of a CSV file holds which field, settled once by its header.
package struct ActionColumns {
    private struct Column {
        let index: Int
        let name: String
        let content: Content
    }

    private enum Content {
        case field(ActionField)
        /// Text that holds the contact as a JSON object.
        case contactObject
        case other
    }

    /// The columns in the order they are read: of two for one field, the one with the better name first.
    private let columns: [Column]
    private let count: Int
    private var objects = ActionObjects()
    private var terms = KnownTerms()

    /// `nil` when no column is known: then the file has no header, or is none of ours.
    package init?(header: CSVRecord) {
        count = header.count
        var ranked: [(rank: Int, column: Column)] = []
        var knowsOne = false
        for (index, text) in header.texts.enumerated() {
            let name = text.trimmed
            let known = ActionField.named(name)
            let content: Content =
                if let known { .field(known.field) } else if ActionField.holdsContact(name) { .contactObject } else {
                    .other
                }
            if case .other = content {} else { knowsOne = true }
            let shown = name.isEmpty ? "column \(index + 1)" : name
            ranked.append((known?.rank ?? 0, Column(index: index, name: shown, content: content)))
        }
        guard knowsOne else { return nil }
        columns = ranked.sorted { ($0.rank, $0.column.index) < ($1.rank, $1.column.index) }.map(\.column)
    }

    /// Reads a record of the file. A record with another number of fields than the header is refused: its values would
    /// land in the wrong columns. Empty fields beyond the header do not count.
    package mutating func read(_ record: CSVRecord) -> ActionReading {
        guard record.count >= count, record.fields[count...].allSatisfy({ $0.count == 0 }) else {
            return .refused(.fieldCount(found: record.count, expected: count))
        }
        do throws(IntakeError) {
            let action = try draft(record)
            let identity = action.id.map { Identity.id(scope: "", $0) }
            guard action.saysSomething else {
                return .quarantine(reason: ActionReading.saysNothing, identity: identity)
            }
            return .action(action, identity: identity)
        } catch {
            return .refused(error)
        }
    }

    private mutating func draft(_ record: CSVRecord) throws(IntakeError) -> MarketplaceAction {
        var draft = ActionDraft()
        for column in columns {
            let field = record.fields[column.index]
            if field.count == 0 { continue }
            guard field.count <= IntakeLimits.field else {
                throw .fieldTooLong(field: column.name, limit: IntakeLimits.field)
            }
            let text = record.row.bytes.withUnsafeBufferPointer { CSVRecord.text(of: field, in: $0) }
            switch column.content {
            case .field(let field): try draft.fill(field, with: text, name: column.name, terms: &terms)
            case .contactObject: try objects.readContact(text, name: column.name, into: &draft)
            case .other: draft.keep(text, name: column.name)
            }
        }
        return try draft.finished(terms: &terms)
    }
}
