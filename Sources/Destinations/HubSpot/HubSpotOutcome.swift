package import Leads
package import OrderedJSON

/// What an answer of HubSpot means: the one table of kind `hubspot`, for whole calls and for single inputs of a batch.
///
/// | said | outcome |
/// |---|---|
/// | 200, 201 or 207 with results | delivered, each input that has one |
/// | 2xx without results or errors | retry: nothing was done |
/// | `PROPERTY_DOESNT_EXIST`, `READ_ONLY_VALUE`, a property that is not unique | config |
/// | `MISSING_SCOPES`, 403 | config |
/// | `INVALID_AUTHENTICATION`, `EXPIRED_AUTHENTICATION`, 401 | config: a private app's token never ends by itself |
/// | `RATE_LIMITS`, 429 | throttled as `Retry-After` says, else for 10 s; `DAILY` until the next full hour |
/// | `CONFLICT`, 409 | retry by email: the contact that is there now is updated; rejected by another property |
/// | `VALIDATION_ERROR`, `OBJECT_NOT_FOUND`, 400, 413, any other 4xx | rejected |
/// | 404, 405, 415, 3xx | config |
/// | 408, 423, 477, 5xx | retry, as `Retry-After` says |
///
/// What is rejected of a whole call, and a conflict, is divisible: one input spoils all others.
package struct HubSpotOutcome: Hashable, Sendable {
    package var outcome: Outcome
    /// HubSpot's category or code, or the HTTP status where it gave none.
    package var code: String
    /// As HubSpot wrote it: it may hold contact data.
    package var message = ""
    /// The property it is about.
    package var property: String?
    /// The scopes that are missing.
    package var scopes: [String] = []
    /// How long HubSpot asks to be left alone.
    package var rest: Span?
    package var isDivisible = false
    /// The id of the contact.
    package var remoteID: String?

    /// What is said of a whole call; `nil` when it was carried out, at least in part.
    package static func call(
        status: Int, body: JSON?, isByEmail: Bool, retryAfter: Span?, now: Instant
    ) -> HubSpotOutcome? {
        if (200...299).contains(status) {
            guard body?["results"]?.array != nil || body?["errors"]?.array != nil else {
                return HubSpotOutcome(outcome: .retry, code: "\(status)", message: "this is no answer of HubSpot's")
            }
            return nil
        }
        var said = meaning(status: status, error: body, isByEmail: isByEmail)
        if said.outcome == .throttled {
            said.rest = retryAfter ?? (body?["policyName"]?.string == "DAILY" ? untilFullHour(now: now) : usualRest)
        } else if said.outcome == .retry {
            said.rest = retryAfter
        }
        said.isDivisible = said.outcome == .rejected || said.code == conflict
        return said
    }

    /// What an error within a batch says of the inputs it is about.
    package static func input(_ error: JSON, isByEmail: Bool) -> HubSpotOutcome {
        let status = error["status"].flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
        var said = meaning(status: status.map { Int($0) } ?? 0, error: error, isByEmail: isByEmail)
        if said.outcome == .throttled { said.rest = usualRest }
        return said
    }

    private static let usualRest = 10 * Span.second
    private static let conflict = "CONFLICT"

    private static func meaning(status: Int, error: JSON?, isByEmail: Bool) -> HubSpotOutcome {
        let message = error?["message"]?.string ?? ""
        let details = error?["errors"]?.array ?? []
        let category = error?["category"]?.string
        // What stands in the details says the same as the message in fewer words.
        let words = details.first?["message"]?.string ?? message
        var said = HubSpotOutcome(outcome: .retry, code: category ?? "\(status)", message: words)
        let codes = details.compactMap { $0["code"]?.string } + [error?["subCategory"]?.string].compactMap { $0 }
        for code in ["PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"]
        where codes.contains(where: { $0.hasSuffix(code) }) || message.contains(code) {
            said.code = code
            said.outcome = .config
            said.property = property(in: [error].compactMap { $0 } + details, message)
            return said
        }
        if message.contains("non-unique") {
            said.outcome = .config
            return said
        }
        said.property = property(in: details, message)
        switch category {
        case "MISSING_SCOPES":
            said.outcome = .config
            said.scopes = scopes(in: [error].compactMap { $0 } + details)
        case "INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION": said.outcome = .config
        case "RATE_LIMITS", "RATE_LIMIT": said.outcome = .throttled
        case conflict: said.outcome = isByEmail ? .retry : .rejected
        case "OBJECT_NOT_FOUND" where status != 404 || error?["context"] != nil: said.outcome = .rejected
        case "VALIDATION_ERROR" where [0, 400, 422].contains(status):
            said.outcome = .rejected
            said.code = details.first?["code"]?.string ?? said.code
        default: said.outcome = outcome(status, isByEmail: isByEmail)
        }
        if status == 409 { said.code = conflict }
        return said
    }

    private static func outcome(_ status: Int, isByEmail: Bool) -> Outcome {
        switch status {
        case 300...399, 401, 403, 404, 405, 415: .config
        case 408, 423, 477: .retry
        case 409: isByEmail ? .retry : .rejected
        case 429: .throttled
        case 400...499: .rejected
        default: .retry
        }
    }

    /// The property that an error names: in a context, or in the JSON that stands within the message.
    private static func property(in errors: [JSON], _ message: String) -> String? {
        for error in errors {
            for name in ["propertyName", "property_name", "name", "property"] {
                if let found = texts(error["context"]?[name]).first ?? texts(error[name]).first { return found }
            }
        }
        guard let start = message.firstRange(of: "\"name\":\"") ?? message.firstRange(of: "Property \"") else {
            return nil
        }
        let name = message[start.upperBound...].prefix { $0 != "\"" }
        return name.isEmpty ? nil : String(name)
    }

    private static func scopes(in errors: [JSON]) -> [String] {
        for error in errors {
            for name in ["requiredGranularScopes", "requiredScopes", "missingScopes"] {
                let found = texts(error["context"]?[name])
                if !found.isEmpty { return found }
            }
        }
        return []
    }

    /// A text, or the texts of a list.
    package static func texts(_ json: JSON?) -> [String] {
        json?.string.map { [$0] } ?? json?.array?.compactMap(\.string) ?? []
    }

    /// How long until the next full hour, and two minutes for clocks that differ.
    ///
    /// The quota of a day starts anew at midnight of the account's time zone, which an answer does not tell. Midnight
    /// is some full hour in nearly all of them, so asking once an hour finds it, at the cost of one call each time.
    static func untilFullHour(now: Instant) -> Span {
        let intoHour = now.micros - (now.dayNumber * Span.day.micros)
        return Span(micros: Span.hour.micros - intoHour % Span.hour.micros + 2 * Span.minute.micros)
    }
}
