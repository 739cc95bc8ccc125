/// The `Retry-After` header (RFC 9110, section 10.2.3): a number of seconds, or a date in the form all senders must
/// use.
package enum RetryAfter {
    /// The longest wait that is believed; a quota of a CRM may well last until tomorrow.
    package static let limit = 24 * Span.hour

    /// The wait that `text` asks for at `now`, within 0 ... 24 h; `nil` when it is neither form.
    package static func span(_ text: String, now: Instant) -> Span? {
        let text = text.trimmed
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            guard let seconds = Int64(text), seconds <= limit.micros / Span.second.micros else { return limit }
            return seconds * .second
        }
        guard let date = date(text) else { return nil }
        return min(max(date - now, 0 * .second), limit)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`. The day of the week must be a name, not the right one: a wrong one harms
    /// nobody.
    package static func date(_ text: String) -> Instant? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0].hasSuffix(","), weekdays.contains(String(parts[0].dropLast())),
            parts[5] == "GMT", parts[1].utf8.count == 2, parts[3].utf8.count == 4, parts[4].utf8.count == 8,
            let month = months.firstIndex(of: parts[2])
        else { return nil }
        return Instant("\(parts[3])-\(pad(Int64(month + 1), 2))-\(parts[1])T\(parts[4])Z")
    }
}
