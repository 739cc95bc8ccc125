package import Leads
package import Ledger
internal import OrderedJSON

extension MarketplaceAction {
    /// The event that records this action.
    /// - Parameters:
    ///   - identity: what makes a second arrival the same event. A plain id of the sender's names the event, too; that
    ///     of a CloudEvent does not, since it is only unique within its source.
    ///   - actor: who records it.
    ///   - rules: what finds the customer by the email; an action without a usable one is a customer of its own.
    ///   - body: the bytes as they came, which the ledger seals.
    ///   - offer: the offer of an action that names none.
    ///   - source: the source of an action that names none.
    package func asEvent(
        identity: Identity, actor: String, rules: UnicodeRules, body: [UInt8]?, offer missingOffer: Offer? = nil,
        source missingSource: Source? = nil
    ) -> NewEvent {
        if missingOffer != nil && offer == nil || missingSource != nil && source == nil {
            var filled = self
            filled.offer = offer ?? missingOffer
            filled.source = source ?? missingSource
            var event = filled.asEvent(identity: identity, actor: actor, rules: rules, body: body)
            // What an entity says is the same wherever it is read, so what was only filled in is no part of it.
            if AzureEntities.names(identity) { event.content = AzureEntities.content(of: self) }
            return event
        }
        let content = AzureEntities.names(identity) ? AzureEntities.content(of: self) : content
        var name: String?
        if case .id(scope: "", let id) = identity { name = id }
        return NewEvent(
            type: .actionRecorded, identity: identity, content: content,
            subject: contact.email.flatMap { MatchKey.email($0, rules: rules) }.map { .matching($0) } ?? .new,
            occurredAt: occurredAt, source: self.source?.name, action: action?.code, offer: self.offer?.text,
            country: contact.country, flags: flags(content: content), actor: actor,
            id: name, contact: ContactPart.encode(self), body: body)
    }

    private func flags(content: [UInt8]) -> EventFlags {
        var flags = EventFlags(rawValue: presentFields)
        // The content holds every text, so most actions are told by one look at it.
        if content.contains(Self.testToken), isTest { flags.insert(.test) }
        if isMismatched { flags.insert(.mismatched) }
        return flags
    }

    private static let testToken = Array(Marketplace.testToken.utf8)

    /// `contact.present`, without a look at white space where the first byte already shows that there is text.
    private var presentFields: Int32 {
        var bits: Int32 = 0
        func add(_ field: Contact.Field, _ value: String?) {
            guard let first = value?.utf8.first else { return }
            if (0x21...0x7e).contains(first) || contact.present & field.bit != 0 { bits |= field.bit }
        }
        add(.email, contact.email)
        add(.firstName, contact.firstName)
        add(.lastName, contact.lastName)
        add(.phone, contact.phone)
        add(.country, contact.country)
        add(.company, contact.company)
        add(.title, contact.title)
        return bits
    }
}

extension NewEvent {
    /// The event that keeps what could be read and says nothing, or could not be read at all.
    /// - Parameter reason: why; it never shows what the body holds.
    package static func quarantine(reason: String, body: [UInt8], identity: Identity, actor: String) -> NewEvent {
        let detail: JSON = ["reason": .string(reason)]
        var content = body
        // The bytes of a table's entity change with each write to it and with the way it is read; its keys do not.
        if AzureEntities.names(identity), case .own(_, let keys) = identity { content = Array(keys.utf8) }
        return NewEvent(
            type: .intakeQuarantined, identity: identity, content: quarantineContent(content), subject: .new,
            actor: actor, detail: detail.encoded(), body: body)
    }

    /// Content begins with the version of its layout; 0 stands for bytes as they came.
    static func quarantineContent(_ body: [UInt8]) -> [UInt8] { [0] + body }

    /// The content of a CloudEvent whose attributes are headers: the version 255, a line for each header in the order
    /// of their names and values, an empty line and the body.
    static func quarantineContent(_ body: [UInt8], attributes: [(name: String, value: String)]) -> [UInt8] {
        let lines = attributes.map { Array("\($0.name): \($0.value)\r\n".utf8) }
        return [255] + lines.sorted { $0.lexicographicallyPrecedes($1) }.joined() + Array("\r\n".utf8) + body
    }
}

extension [UInt8] {
    fileprivate func contains(_ token: [UInt8]) -> Bool {
        guard let first = token.first, count >= token.count else { return false }
        return withUnsafeBufferPointer { bytes in
            for start in 0...(bytes.count - token.count) where bytes[start] == first {
                if bytes[start..<start + token.count].elementsEqual(token) { return true }
            }
            return false
        }
    }
}
