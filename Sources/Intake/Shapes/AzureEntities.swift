internal import Leads
package import Ledger
package import OrderedJSON

/// Reads actions from entities of the Azure table that the marketplace writes leads to, whichever way they come: as
/// JSON of the table service, or as a row of Storage Explorer's CSV.
///
/// An entity's identity is its two keys, under the scope `azure-table`: an export and a pull of one table do not double
/// each other. The storage system writes its `Timestamp` and `etag` anew with each write, and the ways of reading write
/// one value in different spellings. So neither these two nor any time is part of the content that tells whether an
/// entity says what it said before, and an offer or source that was filled in is none either.
package struct AzureEntities {
    /// The scope of identities; the id in it is the PartitionKey, a NUL, which no key can hold, and the RowKey.
    package static let scope = "azure-table"

    private enum Kind {
        case partitionKey, rowKey, timestamp, product, contact
        case field(ActionField.Name)
        case other
        /// What the storage system says about the entity and its properties.
        case ignored
    }

    private var objects = ActionObjects()
    private var kinds: [String: Kind] = [:]
    /// As of `ActionObjects`.
    private static let nameLimit = 1_024

    package init() {}

    /// Reads one entity; `@odata.type` and `@type` annotations, and `odata.` members, are passed over.
    package mutating func read(_ entity: [JSON.Member]) -> ActionReading {
        do throws(IntakeError) {
            var keys: (partition: String?, row: String?)
            var draft = ActionDraft()
            var times: [(rank: Int, member: JSON.Member)] = []
            for (kind, member) in inOrder(entity) {
                switch kind {
                case .partitionKey: keys.partition = member.value.string
                case .rowKey: keys.row = member.value.string
                case .timestamp: times.append((.max, member))
                case .product: try fillProduct(member, into: &draft)
                case .contact: try readCustomer(member, into: &draft)
                case .field(let name) where name.field == .occurredAt: times.append((name.rank, member))
                // The keys name the entity; an id inside it is one more thing that was said.
                case .field(let name) where name.field != .id: try objects.fill(name.field, member, into: &draft)
                case .field, .other: try objects.keep(member, name: member.name, in: &draft)
                case .ignored: break
                }
            }
            try fillTime(times, into: &draft)
            let action = try draft.finished(terms: &objects.terms)
            let identity = Self.identity(keys.partition, keys.row)
            return action.saysSomething
                ? .action(action, identity: identity)
                : .quarantine(reason: ActionReading.saysNothing, identity: identity)
        } catch {
            return .refused(error)
        }
    }

    /// The identity of the entity with these keys, one of which may be empty.
    package static func identity(_ partitionKey: String?, _ rowKey: String?) -> Identity? {
        guard let partitionKey, let rowKey, !(partitionKey.isEmpty && rowKey.isEmpty) else { return nil }
        return .own(scope: scope, partitionKey + "\u{0}" + rowKey)
    }

    static func names(_ identity: Identity) -> Bool {
        if case .own(scope, _) = identity { true } else { false }
    }

    /// By the rank of their names and then by these: the order of an export's columns is another than that of JSON, and
    /// must not settle which of two names of one field wins.
    private mutating func inOrder(_ entity: [JSON.Member]) -> [(kind: Kind, member: JSON.Member)] {
        var ranked: [(rank: Int, kind: Kind, member: JSON.Member)] = []
        for member in entity {
            let kind = kind(member.name)
            switch kind {
            case .ignored: continue
            case .field(let name): ranked.append((name.rank, kind, member))
            case .product: ranked.append((-1, kind, member))
            default: ranked.append((0, kind, member))
            }
        }
        ranked.sort { left, right in
            left.rank != right.rank
                ? left.rank < right.rank : left.member.name.utf8.lexicographicallyPrecedes(right.member.name.utf8)
        }
        return ranked.map { ($0.kind, $0.member) }
    }

    private mutating func kind(_ name: String) -> Kind {
        if let known = kinds[name] { return known }
        let isRemembered = name.utf8.count <= ActionObjects.rememberedNameBytes
        if isRemembered, kinds.count >= Self.nameLimit { kinds.removeAll(keepingCapacity: true) }
        let kind: Kind =
            switch ActionField.normalized(name) {
            case "partitionkey": .partitionKey
            case "rowkey": .rowKey
            case "timestamp": .timestamp
            case "etag": .ignored
            case "productid": .product
            case "offerdisplayname": .field(ActionField.Name(field: .offerTitle, rank: 1))
            case "createdtime": .field(ActionField.Name(field: .occurredAt, rank: 0))
            case let text where text.hasPrefix("odata.") || text.hasSuffix("@odata.type") || text.hasSuffix("@type"):
                .ignored
            case _ where ActionField.holdsContact(name): .contact
            default: ActionField.named(name).map { .field($0) } ?? .other
            }
        if isRemembered { kinds[name] = kind }
        return kind
    }

    /// A product that is written as `publisher.offer` is the offer; any other is kept as it is.
    private mutating func fillProduct(_ member: JSON.Member, into draft: inout ActionDraft) throws(IntakeError) {
        guard let text = try objects.text(member.value, name: member.name) else { return }
        let isOffer =
            IntakeLimits.allowsTerm(text) && Offer(text)?.publisher != nil
            && text.trimmed.unicodeScalars.allSatisfy { !$0.properties.isWhitespace }
        if isOffer {
            try draft.fill(.offer, with: text, name: member.name, terms: &objects.terms)
        } else {
            draft.keep(text, name: member.name)
        }
    }

    /// The earliest-ranked time that can be read; each other is kept. That of the storage system is the last resort and
    /// is not kept, since it tells only when the entity was last written.
    private func fillTime(
        _ times: [(rank: Int, member: JSON.Member)], into draft: inout ActionDraft
    ) throws(IntakeError) {
        var isFilled = false
        for (rank, member) in times.sorted(by: { $0.rank < $1.rank }) {
            guard let text = try objects.text(member.value, name: member.name) else { continue }
            if !isFilled, Instant(text.trimmed) != nil {
                try draft.fillMissingTime(text, name: member.name)
                isFilled = true
            } else if rank != .max {
                draft.keep(text, name: member.name)
            }
        }
    }

    private mutating func readCustomer(_ member: JSON.Member, into draft: inout ActionDraft) throws(IntakeError) {
        guard let text = member.value.string, !text.trimmed.hasPrefix("{") else {
            return try objects.readContact(member.value, name: member.name, into: &draft)
        }
        // Lines of a text may be taken for fields by mistake, so it is kept, too.
        try objects.keep(member, name: member.name, in: &draft)
        for (field, value) in CustomerText.fields(text) {
            try draft.fill(field, with: value, name: member.name, terms: &objects.terms)
        }
    }
}

extension AzureEntities {
    /// The content of an entity's action, the same for each way to read it.
    static func content(of action: MarketplaceAction) -> [UInt8] {
        var action = action
        action.occurredAt = nil
        action.other = action.other.map { MarketplaceAction.Extra(name: $0.name, value: canonical($0.value)) }
        return action.content
    }

    /// One spelling for a truth value, a time and a number with a fraction.
    private static func canonical(_ value: String) -> String {
        guard value.utf8.count <= 40, let first = value.utf8.first else { return value }
        switch first {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            let lowered = value.lowercased()
            return lowered == "true" || lowered == "false" ? lowered : value
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if let instant = Instant(value) { return instant.description }
            guard value.utf8.contains(where: { ".eE".utf8.contains($0) }), let number = Double(value) else {
                return value
            }
            return number.magnitude < 1e15 && number == number.rounded() ? String(Int64(number)) : number.description
        default: return value
        }
    }
}

/// The customer as a text of lines such as `Email: someone@contoso.com`.
enum CustomerText {
    /// The contact fields that the lines name; the lines may be parted by semicolons, too.
    static func fields(_ text: String) -> [(ActionField, String)] {
        text.split { $0.isNewline || $0 == ";" }.compactMap { line in
            guard let colon = line.firstIndex(of: ":"),
                let name = ActionField.named(String(line[..<colon])), name.field.isContact
            else { return nil }
            let value = line[line.index(after: colon)...].trimmed
            return value.isEmpty ? nil : (name.field, value)
        }
    }
}
