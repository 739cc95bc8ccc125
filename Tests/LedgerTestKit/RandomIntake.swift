internal import Leads
internal import Ledger
internal import TestKit
internal import Views

/// Events of endpoints, API keys, sources and the quarantine, as a random life has them: also ones about what is not
/// there, and details that no version wrote.
struct RandomIntake {
    private var tokens: [(kind: AccessToken.Kind, id: String)] = []
    private var quarantined: [Int64] = []

    static let actors = ["endpoint:web", "endpoint:shop", "source:table", "import", "test"]
    private static let names = ["web", "shop", "table"]
    private static let offers = ["contoso.app", "fabrikam.tool"]

    /// The next event; it is expected to become event `seq`.
    mutating func next(seq: Int64, _ random: inout SeededRandom) -> NewEvent {
        switch random.below(6) {
        case 0, 1: return quarantine(seq, &random)
        case 2: return release(&random)
        case 3: return made(&random)
        case 4: return revoked(&random)
        default: return source(&random)
        }
    }

    private mutating func quarantine(_ seq: Int64, _ random: inout SeededRandom) -> NewEvent {
        quarantined.append(seq)
        let detail = Array(#"{"reason":"not JSON"}"#.utf8)
        return NewEvent(
            type: .intakeQuarantined, identity: .none, content: [0], subject: .none,
            offer: random.below(2) == 0 ? Self.offers[0] : nil, actor: Self.actors[random.below(Self.actors.count)],
            detail: detail, body: nil)
    }

    private func release(_ random: inout SeededRandom) -> NewEvent {
        let seq = quarantined.isEmpty ? 1 : quarantined[random.below(quarantined.count)]
        let detail = random.below(10) == 0 ? "{}" : #"{"quarantined":\#(seq),"events":[],"reason":"mended"}"#
        return event(.quarantineReleased, Array(detail.utf8), cause: seq)
    }

    private mutating func made(_ random: inout SeededRandom) -> NewEvent {
        let page = random.bytes(64)
        var bytes = RandomBytes { page }
        let kind = AccessToken.Kind.allCases[random.below(2)]
        let token = AccessToken.make(kind, random: &bytes)
        tokens.append((kind, token.id))
        let name = Self.names[random.below(Self.names.count)]
        switch kind {
        case .endpoint:
            let offer = Self.offers[random.below(Self.offers.count)]
            return event(
                .endpointAdded, AccessEvent.endpointAdded(token, name: name, offer: offer, reason: nil))
        case .key:
            let scope = Scope.allCases[random.below(Scope.allCases.count)]
            return event(.keyCreated, AccessEvent.keyCreated(token, name: name, scope: scope, reason: "test"))
        }
    }

    private func revoked(_ random: inout SeededRandom) -> NewEvent {
        let token = tokens.isEmpty ? (kind: .key, id: "nothing") : tokens[random.below(tokens.count)]
        let detail = random.below(10) == 0 ? [] : AccessEvent.revoked(id: token.id, name: "any", reason: nil)
        return event(token.kind == .key ? .keyRevoked : .endpointRevoked, detail)
    }

    private func source(_ random: inout SeededRandom) -> NewEvent {
        let name = Self.names[random.below(Self.names.count)]
        switch random.below(5) {
        case 0: return event(.sourceChanged, SourceEvent.removed(name, reason: nil))
        case 1, 2:
            let settings = PullSettings(
                name: name, kind: "azure-table", settings: ["table": "leads\(random.below(3))"],
                secrets: ["key": "env:KEY"])
            return event(.sourceChanged, SourceEvent.changed(settings, reason: nil))
        default:
            return event(
                .sourcePulled,
                SourceEvent.pulled(name, cursor: "row \(random.below(99))", recorded: Int64(random.below(5))))
        }
    }

    private func event(_ type: EventType, _ detail: [UInt8], cause: Int64? = nil) -> NewEvent {
        NewEvent(
            type: type, identity: .none, content: detail, subject: .none, actor: "operator", cause: cause,
            detail: detail)
    }
}
