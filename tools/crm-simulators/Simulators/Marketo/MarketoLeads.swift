internal import Leads
internal import OrderedJSON

/// The leads of one instance.
///
/// A write is decided first and carried out afterwards, as in the real system, where the two lie apart: whoever writes
/// one key twice in between gets two leads.
struct MarketoLeads {
    struct Lead {
        let id: Int
        /// What it was made with.
        let key: String
        var written = 1
        var fields: [JSON.Member]
        let createdAt: Instant
        var updatedAt: Instant

        func value(_ name: String) -> JSON {
            switch name {
            case "id": .number(id)
            case "createdAt": .string(MarketoLeads.seconds(createdAt))
            case "updatedAt": .string(MarketoLeads.seconds(updatedAt))
            default: fields.first { $0.name == name }?.value ?? .null
            }
        }
    }

    /// What becomes of a record.
    enum Decision {
        case create(key: String, [JSON.Member])
        case update(place: Int, [JSON.Member])
        /// - Parameter id: of the lead that it is about, where there is one.
        case skip(MarketoReason, key: String, id: Int?)
    }

    let fields: MarketoFields
    private(set) var all: [Lead] = []
    private(set) var created = 0
    private(set) var updated = 0
    /// Where the leads are that have a value in a field that can be looked up.
    private var places: [Key: [Int]] = [:]

    private struct Key: Hashable {
        let field: String
        let value: String

        init(_ field: String, _ value: String) {
            self.field = field
            self.value = value.lowercased()
        }
    }

    private static let firstID = 50

    init(fields: MarketoFields) { self.fields = fields }

    func find(_ field: String, _ value: String) -> [Int] {
        guard field == "id" else { return places[Key(field, value)] ?? [] }
        guard let id = Int(value), all.indices.contains(id - Self.firstID) else { return [] }
        return [id - Self.firstID]
    }

    /// - Parameter action: one of the four of Sync Leads.
    func decide(_ record: [JSON.Member], action: String, lookup: String) -> Decision {
        let key = record.first { $0.name == lookup }.map { $0.value.string ?? $0.value.text } ?? ""
        let found = key.isEmpty ? [] : find(lookup, key)
        func skip(_ reason: MarketoReason) -> Decision { .skip(reason, key: key, id: found.first.map { all[$0].id }) }
        if let reason = fault(record, action: action) { return skip(reason) }
        guard !key.isEmpty, key != "null" else { return skip(.missing(lookup)) }
        let written = record.filter { $0.name != "id" }
        switch action {
        case "createOnly":
            return found.isEmpty ? .create(key: key, written) : skip(MarketoReason("1005"))
        case "createDuplicate":
            return .create(key: key, written)
        case "updateOnly" where found.isEmpty:
            return skip(MarketoReason("1004"))
        default:
            guard let first = found.first else { return .create(key: key, written) }
            return found.count == 1 ? .update(place: first, written) : skip(MarketoReason("1007"))
        }
    }

    private func fault(_ record: [JSON.Member], action: String) -> MarketoReason? {
        guard Set(record.map(\.name)).count == record.count else { return .invalid("A field is given twice") }
        for member in record {
            guard let field = fields[member.name] else { return .noField(member.name) }
            if member.name == "id" {
                guard action == "updateOnly" else { return .invalid("Field 'id' is only for updateOnly") }
            } else if field.isReadOnly {
                return .invalid("Field '\(member.name)' is read-only")
            }
            if let reason = field.fault(member.value) { return reason }
        }
        return nil
    }

    /// The decision not to do what was decided.
    func skipping(_ decision: Decision, for reason: MarketoReason) -> Decision {
        switch decision {
        case .create(let key, _): .skip(reason, key: key, id: nil)
        case .update(let place, _): .skip(reason, key: all[place].key, id: all[place].id)
        case .skip(_, let key, let id): .skip(reason, key: key, id: id)
        }
    }

    /// Carries a decision out.
    /// - Parameter isPush: Push Lead says no status where it did nothing, and the id where it knows one.
    mutating func carryOut(_ decision: Decision, now: Instant, isPush: Bool) -> (JSON, RecordFate) {
        switch decision {
        case .create(let key, let fields):
            let place = make(key: key, fields, now: now)
            created += 1
            return (
                ["id": .number(all[place].id), "status": .string("created")], RecordFate(key: key, fate: .created)
            )
        case .update(let place, let fields):
            change(place, fields, now: now)
            updated += 1
            return (
                ["id": .number(all[place].id), "status": .string("updated")],
                RecordFate(key: all[place].key, fate: .updated)
            )
        case .skip(let reason, let key, let id):
            var members = [JSON.Member("reasons", .array([reason.json]))]
            if !isPush {
                members.insert(JSON.Member("status", .string("skipped")), at: 0)
            } else if let id {
                members.insert(JSON.Member("id", .number(id)), at: 0)
            }
            return (.object(members), RecordFate(key: key, fate: reason.code == "1005" ? .known : .refused))
        }
    }

    @discardableResult
    mutating func make(key: String, _ fields: [JSON.Member], now: Instant) -> Int {
        all.append(
            Lead(id: Self.firstID + all.count, key: key, fields: [], createdAt: now, updatedAt: now))
        set(all.count - 1, fields)
        return all.count - 1
    }

    private mutating func change(_ place: Int, _ fields: [JSON.Member], now: Instant) {
        all[place].written += 1
        all[place].updatedAt = now
        set(place, fields)
    }

    private mutating func set(_ place: Int, _ written: [JSON.Member]) {
        for member in written {
            let old = all[place].fields.firstIndex { $0.name == member.name }
            if fields[member.name]?.isKey == true {
                if let text = old.flatMap({ all[place].fields[$0].value.string }) {
                    places[Key(member.name, text)]?.removeAll { $0 == place }
                }
                if let text = member.value.string { places[Key(member.name, text), default: []].append(place) }
            }
            if let old { all[place].fields[old] = member } else { all[place].fields.append(member) }
        }
    }

    /// How many keys more than one lead has.
    var repeatedKeys: Int { places.filter { $0.value.count > 1 }.count }

    private static func seconds(_ instant: Instant) -> String {
        Instant(micros: instant.micros / 1_000_000 * 1_000_000).description
    }
}
