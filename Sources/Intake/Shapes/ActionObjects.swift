internal import Leads
internal import Ledger
package import OrderedJSON

/// Reads actions from JSON objects: the project's own names, the marketplace's shape in any key case, and CloudEvents.
package struct ActionObjects {
    private enum Content {
        case field(ActionField.Name)
        case contactObject
        case other
    }

    /// Which member holds what, by names that were seen before.
    private var contents: [String: Content] = [:]
    var terms = KnownTerms()

    /// Hostile input with ever new names costs time, never memory.
    private static let nameLimit = 1_024
    /// A longer name is looked at anew each time: no field has one, and a name can be as long as the body.
    static let rememberedNameBytes = 64

    package init() {}

    /// Reads one row or body.
    /// - Parameter requiresCloudEvent: refuse what is not wrapped in a CloudEvent.
    package mutating func read(_ bytes: [UInt8], requiresCloudEvent: Bool = false) -> ActionReading {
        do throws(JSONError) {
            return read(try JSON.parse(bytes), requiresCloudEvent: requiresCloudEvent)
        } catch {
            return .refused(.notJSON(error.description))
        }
    }

    package mutating func read(_ value: JSON, requiresCloudEvent: Bool = false) -> ActionReading {
        guard case .object(let members) = value else { return .refused(.notAnObject) }
        do throws(IntakeError) {
            if let envelope = try CloudEvent(members) { return try read(envelope) }
            if requiresCloudEvent { throw .notCloudEvent }
            var draft = ActionDraft()
            try read(members, into: &draft)
            let action = try draft.finished(terms: &terms)
            return reading(action, identity: action.id.map { .id(scope: "", $0) })
        } catch {
            return .refused(error)
        }
    }

    /// Reads the fields of a web form, which are no CloudEvent whatever they are called.
    mutating func read(form fields: [JSON.Member]) -> ActionReading {
        do throws(IntakeError) {
            var draft = ActionDraft()
            try read(fields, into: &draft)
            let action = try draft.finished(terms: &terms)
            return reading(action, identity: action.id.map { .id(scope: "", $0) })
        } catch {
            return .refused(error)
        }
    }

    private mutating func read(_ envelope: CloudEvent) throws(IntakeError) -> ActionReading {
        let identity = Identity.id(scope: envelope.source, envelope.id)
        guard let data = envelope.data else {
            return .quarantine(reason: "the CloudEvent has no data", identity: identity)
        }
        var draft = ActionDraft()
        try read(data, into: &draft)
        if let time = envelope.time { try draft.fillMissingTime(time, name: "time") }
        var action = try draft.finished(terms: &terms)
        // The envelope names the event; an id inside its data is one more thing that was said.
        if let inner = action.id { action.other.append(MarketplaceAction.Extra(name: "id", value: inner)) }
        action.id = envelope.id
        return reading(action, identity: identity)
    }

    private func reading(_ action: MarketplaceAction, identity: Identity?) -> ActionReading {
        action.saysSomething
            ? .action(action, identity: identity)
            : .quarantine(reason: ActionReading.saysNothing, identity: identity)
    }

    private mutating func read(_ members: [JSON.Member], into draft: inout ActionDraft) throws(IntakeError) {
        var later: [(rank: Int, field: ActionField, member: JSON.Member)] = []
        for member in members {
            switch content(member.name) {
            case .field(let name) where name.rank == 0: try fill(name.field, member, into: &draft)
            case .field(let name): later.append((name.rank, name.field, member))
            case .contactObject: try readContact(member.value, name: member.name, into: &draft)
            case .other: try keep(member, name: member.name, in: &draft)
            }
        }
        // Stable: of equal ranks the first in the text wins.
        for rank in Set(later.map(\.rank)).sorted() {
            for other in later where other.rank == rank { try fill(other.field, other.member, into: &draft) }
        }
    }

    /// Reads text that holds the contact as a JSON object; any other text is kept as it is.
    mutating func readContact(_ text: String, name: String, into draft: inout ActionDraft) throws(IntakeError) {
        guard let value = try? JSON.parse(text), case .object = value else { return draft.keep(text, name: name) }
        try readContact(value, name: name, into: &draft)
    }

    mutating func readContact(
        _ value: JSON, name: String, into draft: inout ActionDraft
    ) throws(IntakeError) {
        if let text = value.string { return try readContact(text, name: name, into: &draft) }
        guard case .object(let members) = value else {
            return try keep(JSON.Member(name, value), name: name, in: &draft)
        }
        for member in members {
            if case .field(let known) = content(member.name), known.field.isContact {
                try fill(known.field, member, into: &draft)
            } else {
                try keep(member, name: name + "." + member.name, in: &draft)
            }
        }
    }

    mutating func fill(
        _ field: ActionField, _ member: JSON.Member, into draft: inout ActionDraft
    ) throws(IntakeError) {
        guard let text = try text(member.value, name: member.name) else { return }
        try draft.fill(field, with: text, name: member.name, terms: &terms)
    }

    func keep(_ member: JSON.Member, name: String, in draft: inout ActionDraft) throws(IntakeError) {
        guard let text = try text(member.value, name: name) else { return }
        draft.keep(text, name: name)
    }

    /// A value as text: numbers by their digits, objects and arrays by their JSON; `nil` for null.
    func text(_ value: JSON, name: String) throws(IntakeError) -> String? {
        let text: String
        switch value {
        case .null: return nil
        case .string(let string): text = string
        case .number(let digits): text = digits
        case .bool, .array, .object: text = value.text
        }
        guard text.utf8.count <= IntakeLimits.field else {
            throw .fieldTooLong(field: name, limit: IntakeLimits.field)
        }
        return text
    }

    private mutating func content(_ name: String) -> Content {
        if let known = contents[name] { return known }
        let isRemembered = name.utf8.count <= Self.rememberedNameBytes
        if isRemembered, contents.count >= Self.nameLimit { contents.removeAll(keepingCapacity: true) }
        let content: Content =
            if let known = ActionField.named(name) { .field(known) } else if ActionField.holdsContact(name) {
                .contactObject
            } else { .other }
        if isRemembered { contents[name] = content }
        return content
    }
}
