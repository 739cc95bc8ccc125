package import Leads
package import Ledger
internal import Views

/// The events that a process which is killed appends: the same number is always the same event.
package enum CrashEvents {
    package static let time = Instant(micros: 1_700_000_000_000_000)

    package static func event(_ number: Int) -> NewEvent {
        if number == 20, let destination = destination() { return destination }
        var event = NewEvent.action(
            Action.known[number % 5].code, email: "c\(number % 97)@example.com",
            identity: .id(scope: "crash", "\(number)"), offer: "contoso.app\(number % 3)", id: "event \(number)",
            content: "\(number)")
        event.occurredAt = time + Int64(number % 50) * .minute
        if number % 4 == 0 { event.body = [UInt8](repeating: UInt8(number % 251), count: 3_000) }
        return event
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
