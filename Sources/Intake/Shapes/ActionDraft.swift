package import Leads
package import Ledger

/// What a row or body turned out to be.
package enum ActionReading: Sendable {
    /// Something a customer did, with the identity that the sender gave it, if any.
    case action(MarketplaceAction, identity: Identity?)
    /// It could be read and says nothing; it is kept, sealed, until somebody has looked at it.
    case quarantine(reason: String, identity: Identity?)
    case refused(IntakeError)

    package static let saysNothing = "no known field is filled in"
}

/// An action that is being put together field by field.
struct ActionDraft {
    private(set) var action = MarketplaceAction()
    private var filled: UInt16 = 0
    private var leadSourceName = ""

    /// Fills `field` with `text`; empty text is a missing value. A second, different value of one field is kept beside
    /// the others under its own name.
    mutating func fill(
        _ field: ActionField, with text: String, name: String, terms: inout KnownTerms
    ) throws(IntakeError) {
        guard !text.isEmpty else { return }
        if filled & field.bit != 0 { return keep(text, name: name) }
        filled |= field.bit
        guard !field.isTerm || IntakeLimits.allowsTerm(text) else {
            throw .fieldTooLong(field: name, limit: IntakeLimits.term)
        }
        switch field {
        case .id: action.id = text
        case .source: action.source = terms.source(text)
        case .action: action.action = terms.action(text)
        case .offer: action.offer = terms.offer(text)
        case .offerTitle: action.offerTitle = text
        case .occurredAt: try fillTime(text, name: name)
        case .leadSource:
            action.leadSource = text
            leadSourceName = name
        case .description: action.description = text
        case .email: action.contact.email = text
        case .firstName: action.contact.firstName = text
        case .lastName: action.contact.lastName = text
        case .phone: action.contact.phone = text
        case .country: action.contact.country = text
        case .company: action.contact.company = text
        case .title: action.contact.title = text
        }
    }

    /// Keeps a value that leadledger has no field for.
    mutating func keep(_ text: String, name: String) {
        guard !text.isEmpty else { return }
        action.other.append(MarketplaceAction.Extra(name: name, value: text))
    }

    /// Fills the time from an envelope, where the action itself has none.
    mutating func fillMissingTime(_ text: String, name: String) throws(IntakeError) {
        guard action.occurredAt == nil else { return }
        try fillTime(text, name: name)
    }

    private mutating func fillTime(_ text: String, name: String) throws(IntakeError) {
        if let instant = Instant(text) {
            action.occurredAt = instant
            return
        }
        let trimmed = text.trimmed
        guard !trimmed.isEmpty else { return }
        guard let instant = Instant(trimmed) else { throw .unreadableTime(field: name) }
        action.occurredAt = instant
    }

    /// The whole action: the composite text fills what has no field of its own, within the limits of those fields.
    consuming func finished(terms: inout KnownTerms) throws(IntakeError) -> MarketplaceAction {
        guard let composite = action.leadSource else { return action }
        let parts = terms.leadSource(composite)
        if action.source == nil { action.source = parts.source }
        if action.action == nil { action.action = parts.action }
        if action.offer == nil { action.offer = parts.offer }
        for part in [action.source?.name, action.action?.code, action.offer?.text] where !IntakeLimits.allowsTerm(part)
        {
            throw .fieldTooLong(field: leadSourceName, limit: IntakeLimits.term)
        }
        return action
    }
}

/// Sources, actions, offers and composite texts that were read before, since a file says the same few again and again.
struct KnownTerms {
    private var sources: [ExactText: Source?] = [:]
    private var actions: [ExactText: Action?] = [:]
    private var offers: [ExactText: Offer?] = [:]
    private var leadSources: [ExactText: LeadSource] = [:]

    /// Hostile input with ever new terms costs time, never memory.
    private static let limit = 1_024
    /// Longer texts are no terms of the marketplace, and are read anew each time.
    private static let rememberedBytes = IntakeLimits.term

    mutating func source(_ text: String) -> Source? {
        Self.remembered(text, in: &sources) {
            let source = Source($0)
            return source.name.isEmpty ? nil : source
        }
    }

    mutating func action(_ text: String) -> Action? {
        Self.remembered(text, in: &actions) {
            let action = Action($0)
            return action.code.isEmpty ? nil : action
        }
    }

    mutating func offer(_ text: String) -> Offer? { Self.remembered(text, in: &offers) { Offer($0) } }

    mutating func leadSource(_ text: String) -> LeadSource {
        Self.remembered(text, in: &leadSources) { LeadSource($0) }
    }

    private static func remembered<Term>(
        _ text: String, in terms: inout [ExactText: Term], _ read: (String) -> Term
    ) -> Term {
        guard text.utf8.count <= rememberedBytes else { return read(text) }
        let key = ExactText(text)
        if let term = terms[key] { return term }
        if terms.count >= limit { terms.removeAll(keepingCapacity: true) }
        let term = read(text)
        terms[key] = term
        return term
    }
}
