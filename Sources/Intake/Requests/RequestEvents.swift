package import Leads
package import Ledger
internal import OrderedJSON

extension NewEvent {
    /// The same event under the idempotency key of its request, unless it has an id of its own.
    ///
    /// The key with another body is a conflict at the ledger, after a restart, too: the content says the whole body.
    /// - Parameters:
    ///   - key: the `Idempotency-Key` of the request.
    ///   - scope: who sends it; two senders may use one key.
    ///   - index: the event's place in the request.
    ///   - bodyDigest: of the whole body of the request.
    package func keyed(by key: String, scope: String, index: Int, bodyDigest: [UInt8]) -> NewEvent {
        if case .id = identity { return self }
        var event = self
        event.identity = .own(scope: Self.keyScope + scope, "\(key)#\(index)")
        event.content += bodyDigest
        return event
    }

    /// Whether it is known by its request's idempotency key and not by an id of its own.
    package var isKeyed: Bool {
        if case .own(let scope, _) = identity { scope.hasPrefix(Self.keyScope) } else { false }
    }

    private static let keyScope = "idempotency/"

    /// The event that keeps an arrival whose id was recorded before with other content, so that it is not lost.
    /// - Parameters:
    ///   - event: what the ledger refused.
    ///   - request: what it was read from; kept where the event keeps no bytes of its own.
    ///   - seq: the event that has the id.
    ///   - scope: as in `LeadRequests.read`.
    ///   - window: how long the same conflict again counts as the same.
    package static func quarantinedConflict(
        of event: NewEvent, request: ArrivedRequest, conflictsWith seq: Int64, scope: String, window: Span
    ) -> NewEvent {
        quarantinedConflict(
            of: event, body: event.body ?? request.kept, conflictsWith: seq,
            identity: .window(scope: scope, window))
    }

    /// The same of what did not come as a request.
    /// - Parameters:
    ///   - body: the bytes as they came.
    ///   - identity: what makes the same conflict again the same event.
    package static func quarantinedConflict(
        of event: NewEvent, body: [UInt8], conflictsWith seq: Int64, identity: Identity
    ) -> NewEvent {
        let reason = "the same id was recorded before with other content (seq \(seq))"
        var kept = NewEvent.quarantine(reason: reason, body: body, identity: identity, actor: event.actor)
        kept.content = quarantineContent(event.content)
        kept.offer = event.offer
        let detail: JSON = ["reason": .string(reason), "conflictsWith": .number(seq)]
        kept.detail = detail.encoded()
        return kept
    }
}
