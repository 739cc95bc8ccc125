package import Leads
package import OrderedJSON

/// What an answer of Marketo means: the one table of kind `marketo`.
///
/// Marketo says 200 to nearly everything, so its code counts first, be it of the whole call or of one record of it.
///
/// | code | outcome |
/// |---|---|
/// | created, updated | delivered |
/// | 600, 601, 602 | authRefresh |
/// | 603, 605, 609, 610, 612, 613, 616, 702, 703, 710, 711 | config |
/// | 1006, 1008, 1009, 1010, 1011, 1013, 1018, 1021, 1025 | config |
/// | 604 | ambiguous: the write is keyed, so it is repeated |
/// | 606 | throttled for 20 s, the span that its limit is counted over |
/// | 607 | throttled until the day ends in US Central time |
/// | 615 | throttled for 5 s: too many calls at once |
/// | 502, 608, 611, 614, 713, 719, any other 5xx and 6xx | retry |
/// | 1014, 1016, 1019, 1022, 1029 | retry |
/// | 1005 | alreadyDelivered |
/// | 701, 704, 709, any other 7xx, 1xxx | rejected; of a whole call, its halves may fare better |
/// | reasons without a code | rejected |
/// | neither status nor reasons | retry |
///
/// | status without a code | outcome |
/// |---|---|
/// | 401 | authRefresh |
/// | 3xx, 403, 404, 405, 415 | config |
/// | 413, 414, any other 4xx | rejected; its halves may fare better |
/// | 429 | throttled as `Retry-After` says, else for 20 s |
/// | 504 | ambiguous |
/// | 408, any other 5xx, 2xx that is none of Marketo's | retry |
package struct MarketoOutcome: Hashable, Sendable {
    package var outcome: Outcome
    /// Marketo's code, or the HTTP status where it gave none.
    package var code: String
    /// As Marketo wrote it: it may hold contact data.
    package var message = ""
    /// How long Marketo asks to be left alone.
    package var rest: Span?
    package var isDivisible = false
    /// The id of the person.
    package var remoteID: String?

    /// What is said of a whole call; `nil` when it was carried out, and each record has a result of its own.
    package static func call(
        status: Int, body: JSON?, retryAfter: Span?, now: Instant
    ) -> MarketoOutcome? {
        if let (code, message) = body?["errors"]?.array?.first.flatMap(reason) {
            return coded(code, message, isCall: true, now: now)
        }
        switch status {
        case 200...299:
            guard body?["success"]?.bool == true else {
                return MarketoOutcome(outcome: .retry, code: "\(status)", message: "this is no answer of Marketo's")
            }
            return nil
        case 401: return MarketoOutcome(outcome: .authRefresh, code: "401")
        case 300...399, 403, 404, 405, 415: return MarketoOutcome(outcome: .config, code: "\(status)")
        case 429: return MarketoOutcome(outcome: .throttled, code: "429", rest: retryAfter ?? callWindow)
        case 504: return MarketoOutcome(outcome: .ambiguous, code: "504")
        case 408: return MarketoOutcome(outcome: .retry, code: "408", rest: retryAfter)
        case 400...499: return MarketoOutcome(outcome: .rejected, code: "\(status)", isDivisible: true)
        default: return MarketoOutcome(outcome: .retry, code: "\(status)", rest: retryAfter)
        }
    }

    /// What is said of one record.
    ///
    /// Reasons count before the status: Push Lead says none of what it refuses.
    package static func record(_ result: JSON, now: Instant) -> MarketoOutcome {
        let id = result["id"].flatMap { $0.string ?? $0.integer.map(String.init) }.flatMap(VendorWords.number)
        let status = result["status"]?.string
        var outcome: MarketoOutcome
        if let first = result["reasons"]?.array?.first {
            let (code, message) = reason(first) ?? ("", "refused without a code")
            outcome = coded(code, message, isCall: false, now: now)
        } else if status == "created" || status == "updated" {
            outcome = MarketoOutcome(outcome: .delivered, code: status ?? "")
        } else if status == "skipped" {
            outcome = MarketoOutcome(outcome: .rejected, code: "skipped")
        } else {
            outcome = MarketoOutcome(outcome: .retry, code: "200", message: "no status for this record")
        }
        outcome.remoteID = id
        return outcome
    }

    /// Code and message; the code is a text, and has been seen as a number.
    private static func reason(_ json: JSON) -> (code: String, message: String)? {
        guard let code = json["code"].flatMap({ $0.string ?? $0.integer.map(String.init) }) else { return nil }
        // A code is a short number; anything else is text that nobody should repeat.
        return (VendorWords.number(code) ?? "refused", json["message"]?.string ?? "")
    }

    private static func coded(_ code: String, _ message: String, isCall: Bool, now: Instant) -> MarketoOutcome {
        var said = MarketoOutcome(outcome: outcome(code), code: code, message: message)
        switch code {
        case "606": said.rest = callWindow
        case "607": said.rest = untilReset(now: now)
        case "615": said.rest = 5 * .second
        default: break
        }
        said.isDivisible = isCall && said.outcome == .rejected
        return said
    }

    private static func outcome(_ code: String) -> Outcome {
        switch code {
        case "600", "601", "602": .authRefresh
        case "603", "605", "609", "610", "612", "613", "616", "702", "703", "710", "711": .config
        case "1006", "1008", "1009", "1010", "1011", "1013", "1018", "1021", "1025": .config
        case "604": .ambiguous
        case "606", "607", "615": .throttled
        case "502", "608", "611", "614", "713", "719", "1014", "1016", "1019", "1022", "1029": .retry
        case "1005": .alreadyDelivered
        default: code.utf8.count == 3 && (code.hasPrefix("5") || code.hasPrefix("6")) ? .retry : .rejected
        }
    }

    /// The span over which calls are counted.
    private static let callWindow = 20 * Span.second

    /// How long the quota of the day lasts, at most 24 h.
    ///
    /// It starts anew at midnight in US Central time, 05:00 UTC in summer and 06:00 UTC in winter. Both are waited for
    /// all year, so that nothing hangs on the rules for daylight saving, nor on whether Marketo keeps to them: asking
    /// once too early costs one call, an hour's mistake in the other direction would cost a day. Five minutes more
    /// are for clocks that differ.
    static func untilReset(now: Instant) -> Span {
        let today = Instant(micros: now.dayNumber * Span.day.micros)
        let resets = [5, 6, 29].map { today + $0 * .hour + 5 * .minute }
        return resets.lazy.map { $0 - now }.first { $0.micros > 0 } ?? 24 * .hour
    }
}
