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
    /// What was changed of the lead to fit: names of fields, never values.
    package let adjusted: [String]

    package init(
        destination: Int64, name: String, action: Int64, version: Int64, outcome: Outcome, status: Int64?,
        remoteID: String?, reason: String, retryAt: Instant?, sha256: [UInt8], content: [UInt8],
        adjusted: [String] = []
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
        self.adjusted = adjusted
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
            content: json["content"]?.string.flatMap { Hexadecimal.bytes($0) } ?? [],
            adjusted: json["adjusted"]?.array?.compactMap(\.string) ?? [])
    }

    package var encoded: [UInt8] {
        var members = [
            JSON.Member("destination", .number(destination)), JSON.Member("name", .string(name)),
            JSON.Member("action", .number(action)), JSON.Member("version", .number(version)),
            JSON.Member("outcome", .string(outcome.rawValue)),
            JSON.Member("status", status.map { .number($0) } ?? .null),
            JSON.Member("remoteId", .optional(remoteID)), JSON.Member("reason", .string(reason)),
            JSON.Member("retryAt", .optional(retryAt?.description)),
            JSON.Member("sha256", .string(Hexadecimal.text(sha256))),
            JSON.Member("content", .string(Hexadecimal.text(content))),
        ]
        if !adjusted.isEmpty { members.append(JSON.Member("adjusted", .array(adjusted.map { .string($0) }))) }
        return JSON.object(members).encoded()
    }
}
