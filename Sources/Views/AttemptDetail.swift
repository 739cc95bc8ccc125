package import Leads
internal import Ledger
internal import OrderedJSON

/// The detail of the event `DeliveryAttempted`, as JSON. The event's own columns say which lead it was.
package struct AttemptDetail: Hashable, Sendable {
    /// The destination's number, and its name for those who read the event alone.
    package let destination: Int64
    package let name: String
    /// The `seq` of the action that was sent, at a destination that takes every action; 0 for the lead's state.
    package let action: Int64
    package let version: Int64
    package let outcome: Outcome
    package let status: Int64?
    package let remoteID: String?
    package let reason: String
    package let retryAt: Instant?
    /// SHA-256 of the request's body.
    package let sha256: [UInt8]
    /// SHA-256 of what the body tells of the lead, without ids and times: equal content need not be sent again.
    package let content: [UInt8]

    package init(
        destination: Int64, name: String, action: Int64, version: Int64, outcome: Outcome, status: Int64?,
        remoteID: String?, reason: String, retryAt: Instant?, sha256: [UInt8],
        content: [UInt8]
    ) {
        self.destination = destination
        self.name = name
        self.action = action
        self.version = version
        self.outcome = outcome
        self.status = status
        self.remoteID = remoteID
        self.reason = reason
        self.retryAt = retryAt
        self.sha256 = sha256
        self.content = content
    }

    package init?(_ detail: [UInt8]) {
        guard let json = try? JSON.parse(detail), let destination = json["destination"]?.integer,
            let version = json["version"]?.integer,
            let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:))
        else { return nil }
        self.init(
            destination: destination, name: json["name"]?.string ?? "", action: json["action"]?.integer ?? 0,
            version: version, outcome: outcome, status: json["status"]?.integer, remoteID: json["remoteId"]?.string,
            reason: json["reason"]?.string ?? "", retryAt: json["retryAt"]?.string.flatMap { Instant($0) },
            sha256: json["sha256"]?.string.flatMap { Hexadecimal.bytes($0) } ?? [],
            content: json["content"]?.string.flatMap { Hexadecimal.bytes($0) } ?? [])
    }

    package var encoded: [UInt8] {
        let json: JSON = [
            "destination": .number(destination), "name": .string(name), "action": .number(action),
            "version": .number(version), "outcome": .string(outcome.rawValue),
            "status": status.map { .number($0) } ?? .null, "remoteId": .optional(remoteID), "reason": .string(reason),
            "retryAt": .optional(retryAt?.description), "sha256": .string(Hexadecimal.text(sha256)),
            "content": .string(Hexadecimal.text(content)),
        ]
        return json.encoded()
    }
}
