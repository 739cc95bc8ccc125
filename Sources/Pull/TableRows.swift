internal import Azure
internal import Crypto
internal import Intake
internal import Leads
internal import Ledger
internal import OrderedJSON

/// Turns entities into events.
struct TableRows {
    private let actor: String
    private let offer: Offer?
    private let rules: UnicodeRules
    private var entities = AzureEntities()

    /// Identities of rows that are kept unread. Apart from those of actions, so that a row which is mended in its table
    /// is recorded as the action it then is.
    private static let unreadScope = "azure-table-unread"
    /// Identities of what a row was changed to after it had been recorded: the row and what it says.
    private static let changedScope = "azure-table-changed"

    init(actor: String, offer: Offer?, rules: UnicodeRules) {
        self.actor = actor
        self.offer = offer
        self.rules = rules
    }

    mutating func event(of entity: TableEntity) -> NewEvent {
        let body = entity.json.encoded()
        switch entities.read(entity.members) {
        case .action(let action, _):
            guard let keys = entity.keys else {
                return unread(entity, body, reason: "the row has no PartitionKey or no RowKey")
            }
            let identity = AzureEntities.identity(keys.partition, keys.row) ?? .own(scope: AzureEntities.scope, "\u{0}")
            return action.asEvent(identity: identity, actor: actor, rules: rules, body: body, offer: offer)
        case .quarantine(let reason, _): return unread(entity, body, reason: reason)
        case .refused(let error): return unread(entity, body, reason: error.description)
        }
    }

    private func unread(_ entity: TableEntity, _ body: [UInt8], reason: String) -> NewEvent {
        let said = entity.members.filter { !Self.isWrittenByService($0.name) }
        let content = [0] + JSON.object(said).encoded()
        let name = entity.keys.map { $0.partition + "\u{0}" + $0.row } ?? Self.digest(content)
        var event = NewEvent.quarantine(
            reason: reason, body: body, identity: .own(scope: Self.unreadScope, name), actor: actor)
        // Writing a row again without changing it gives it another time and tag.
        event.content = content
        event.offer = offer?.text
        return event
    }

    /// The event that keeps what the ledger refused, since the row says something else than when it was recorded.
    /// - Parameter seq: the event that the row was recorded as.
    func changed(_ event: NewEvent, from seq: Int64) -> NewEvent {
        var name = ""
        if case .own(_, let id) = event.identity { name = id }
        let reason = "the row was changed after it was recorded (seq \(seq))"
        let identity = Identity.own(scope: Self.changedScope, "\(name)\u{0}\(Self.digest(event.content))")
        var kept = NewEvent.quarantine(reason: reason, body: event.body ?? [], identity: identity, actor: actor)
        kept.content = [0] + event.content
        kept.offer = event.offer
        let detail: JSON = ["reason": .string(reason), "conflictsWith": .number(seq)]
        kept.detail = detail.encoded()
        return kept
    }

    private static func isWrittenByService(_ name: String) -> Bool {
        name == "Timestamp" || name.hasPrefix("odata.") || name.hasSuffix("@odata.type")
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
