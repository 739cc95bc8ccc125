package import Leads
package import Ledger
package import TestKit
internal import Views

/// Events of a random life of a ledger: customers act, late and at the same moment, test leads arrive, destinations
/// come, change, pause and go, deliveries are tried with every outcome, endpoints, API keys and sources are made and
/// revoked, and some of what arrives is quarantined and released.
package struct RandomHistory {
    package private(set) var random: SeededRandom
    private let start: Instant
    private let customers: Int
    private var count = 0
    private var names: [String] = []
    private var acts: [Act] = []
    private var intake = RandomIntake()

    /// What was appended, as a naive reader would note it.
    package struct Act: Sendable {
        package let seq: Int64
        package let customer: Int
        package let offer: String
        package let action: String
        package let at: Instant
        package let isTest: Bool
    }

    package init(_ random: SeededRandom, start: Instant, customers: Int = 12) {
        self.random = random
        self.start = start
        self.customers = customers
    }

    package static let offers = ["contoso.app", "contoso.other", "fabrikam.tool", ""]
    private static let actions = ["INS", "PLT", "DNC", "Create", "StartTestDrive", "DNC", "PLT", "Novel", ""]
    private static let names = ["crm", "hook", "archive"]

    package var actions: [Act] { acts }

    /// The next event; it is expected to become event `seq`.
    package mutating func next(seq: Int64) -> NewEvent {
        switch random.below(20) {
        case 0, 1: destination()
        case 2, 3, 4, 5: attempt() ?? action(seq)
        case 8: operation() ?? action(seq)
        case 6, 7: intake.next(seq: seq, &random)
        default: action(seq)
        }
    }

    private mutating func action(_ seq: Int64) -> NewEvent {
        count += 1
        let customer = random.below(customers)
        let code = Self.actions[random.below(Self.actions.count)]
        let offer = Self.offers[random.below(Self.offers.count)]
        let isTest = random.below(8) == 0
        // Few distinct moments, so that many are equal and many come late.
        let at = start + Int64(random.below(40)) * .hour
        var event = NewEvent.action(code, email: "c\(customer)@example.com", offer: offer)
        event.occurredAt = at
        event.actor = RandomIntake.actors[random.below(RandomIntake.actors.count)]
        event.country = ["US", "DE", ""][random.below(3)]
        var flags = Int32(random.below(128))
        if isTest { flags |= EventFlags.test.rawValue }
        event.flags = EventFlags(rawValue: flags | Contact.Field.email.bit)
        acts.append(
            Act(seq: seq, customer: customer, offer: offer, action: code, at: at, isTest: isTest))
        return event
    }

    private mutating func destination() -> NewEvent {
        let name = Self.names[random.below(Self.names.count)]
        var type = EventType.destinationChanged
        var detail = DestinationEvent.stated(name, reason: "by hand")
        switch random.below(6) {
        case 0: type = .destinationPaused
        case 1: type = .destinationResumed
        case 2:
            detail = DestinationEvent.removed(name, reason: nil)
            names.removeAll { $0 == name }
        default:
            guard let settings = settings(name) else { break }
            detail = DestinationEvent.changed(settings)
            names.append(name)
        }
        return NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "test", detail: detail)
    }

    /// The mode goes with the name, as it must not change.
    private mutating func settings(_ name: String) -> DestinationSettings? {
        var settings = ["url": "https://example.com/hook"]
        if name == "hook" { settings["mode"] = "every-action" }
        if random.below(3) == 0 { settings["dnc"] = "flag" }
        if random.below(3) == 0 { settings["stages"] = ["active", "trial,active", "interest"][random.below(3)] }
        if random.below(4) == 0 { settings["offers"] = ["contoso.*", "fabrikam.tool"][random.below(2)] }
        if random.below(4) == 0 { settings["countries"] = "US" }
        if random.below(3) == 0 { settings["since"] = "\(start + Int64(random.below(40)) * .hour)" }
        return try? DestinationSettings(name: name, kind: "https", settings: settings, secrets: [:])
    }

    private mutating func attempt() -> NewEvent? {
        guard !acts.isEmpty, !names.isEmpty else { return nil }
        let act = acts[random.below(acts.count)]
        let outcome = Outcome.allCases[random.below(Outcome.allCases.count)]
        let number = Int64(1 + random.below(4))
        let isOfAction = random.below(3) == 0
        let detail = AttemptDetail(
            destination: number, name: "crm", action: isOfAction ? act.seq : 0,
            version: isOfAction || random.below(2) == 0 ? act.seq : acts[acts.count - 1].seq, outcome: outcome,
            status: random.below(2) == 0 ? 503 : nil, remoteID: nil, reason: outcome.rawValue,
            retryAt: random.below(3) == 0 ? nil : start + Int64(random.below(100)) * .hour,
            sha256: random.bytes(32), content: random.bytes(32)
        ).encoded
        var event = NewEvent.action("", email: "c\(act.customer)@example.com", offer: act.offer)
        event.type = .deliveryAttempted
        event.flags = []
        event.contact = nil
        event.body = nil
        event.cause = act.seq
        event.detail = detail
        event.content = detail
        event.occurredAt = start + Int64(random.below(40)) * .hour
        return event
    }

    /// What a person does to deliveries, or an alert.
    private mutating func operation() -> NewEvent? {
        guard !acts.isEmpty, !names.isEmpty else { return nil }
        let name = Self.names[random.below(Self.names.count)]
        let at = start + Int64(random.below(40)) * .hour
        let detail: [UInt8]
        var type = EventType.replayRequested
        switch random.below(4) {
        case 0:
            type = .destinationAlerted
            detail = AlertDetail(name: name, level: 50, failingSince: at, reason: "why").encoded
        case 1: detail = ReplayDetail(name: name, kind: .replay, since: at, reason: nil).encoded
        case 2: detail = ReplayDetail(name: name, kind: .backfill, since: at, reason: "why").encoded
        default: return release()
        }
        return NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "test", detail: detail)
    }

    private mutating func release() -> NewEvent {
        let act = acts[random.below(acts.count)]
        let isOfAction = random.below(3) == 0
        let detail = ReleaseDetail(
            destination: Int64(1 + random.below(4)), name: "crm", action: isOfAction ? act.seq : 0,
            release: Delivery.Release.allCases[random.below(3)], reason: nil
        ).encoded
        var event = NewEvent.action("", email: "c\(act.customer)@example.com", offer: act.offer)
        event.type = .deliveryReleased
        event.flags = []
        event.contact = nil
        event.body = nil
        event.detail = detail
        event.content = detail
        return event
    }
}
