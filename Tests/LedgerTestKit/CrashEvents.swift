package import Leads
package import Ledger
internal import Views

/// The events that a process which is killed appends: the same number is always the same event.
package enum CrashEvents {
    package static let time = Instant(micros: 1_700_000_000_000_000)

    package static func event(_ number: Int) -> NewEvent {
        if number == 20, let destination = destination() { return destination }
        if let event = intake(number) { return event }
        var event = NewEvent.action(
            Action.known[number % 5].code, email: "c\(number % 97)@example.com",
            identity: .id(scope: "crash", "\(number)"), offer: "contoso.app\(number % 3)", id: "event \(number)",
            content: "\(number)")
        event.occurredAt = time + Int64(number % 50) * .minute
        event.actor = ["endpoint:web", "source:table", "import"][number % 3]
        if number % 4 == 0 { event.body = [UInt8](repeating: UInt8(number % 251), count: 3_000) }
        return event
    }

    /// Few numbers are about what lets leads in, and what was kept out.
    private static func intake(_ number: Int) -> NewEvent? {
        let page = [UInt8](repeating: UInt8(number % 251), count: 64)
        var random = RandomBytes { page }
        switch number % 100 {
        case 21:
            let token = AccessToken.make(.endpoint, random: &random)
            return plain(
                number, .endpointAdded,
                AccessEvent.endpointAdded(token, name: "e\(number)", offer: "contoso.app1", reason: nil))
        case 22:
            let token = AccessToken.make(.key, random: &random)
            return plain(
                number, .keyCreated, AccessEvent.keyCreated(token, name: "k\(number)", scope: .read, reason: nil))
        case 23:
            let settings = PullSettings(
                name: "table\(number % 3)", kind: "azure-table", settings: ["table": "t\(number)"], secrets: [:])
            return plain(number, .sourceChanged, SourceEvent.changed(settings, reason: nil))
        case 24:
            return plain(
                number, .sourcePulled, SourceEvent.pulled("table\(number % 3)", cursor: "\(number)", recorded: 1))
        case 25: return plain(number, .intakeQuarantined, Array(#"{"reason":"not JSON"}"#.utf8), actor: "endpoint:web")
        case 26: return plain(number, .quarantineReleased, Array(#"{"quarantined":\#(number)}"#.utf8))
        default: return nil
        }
    }

    private static func plain(_ number: Int, _ type: EventType, _ detail: [UInt8], actor: String = "test") -> NewEvent {
        NewEvent(
            type: type, identity: .id(scope: "crash", "\(number)"), content: detail, subject: .none, actor: actor,
            id: "event \(number)", detail: detail)
    }

    private static func destination() -> NewEvent? {
        let settings = try? DestinationSettings(
            name: "crm", kind: "https", settings: ["url": "https://example.com/hook"], secrets: [:])
        guard let detail = settings.map({ DestinationEvent.changed($0) }) else { return nil }
        return NewEvent(
            type: .destinationChanged, identity: .id(scope: "crash", "20"), content: detail, subject: .none,
            actor: "test", id: "event 20", detail: detail)
    }
}
