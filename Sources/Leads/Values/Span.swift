/// A length of time in microseconds.
package struct Span: Hashable, Comparable, Sendable {
    package let micros: Int64

    package init(micros: Int64) { self.micros = micros }

    package static let second = Span(micros: 1_000_000)
    package static let minute = Span(micros: 60_000_000)
    package static let hour = Span(micros: 3_600_000_000)
    package static let day = Span(micros: 86_400_000_000)

    package static func < (left: Span, right: Span) -> Bool { left.micros < right.micros }
    package static func - (left: Span, right: Span) -> Span { Span(micros: left.micros - right.micros) }
    package static func * (count: Int64, span: Span) -> Span { Span(micros: count * span.micros) }

    package var seconds: Double { Double(micros) / 1_000_000 }

    /// Reads a whole number and a unit: `90d`, `12h`, `30m`, `15s`. At most 36,500 days, not negative.
    package init?(_ text: String) {
        let units: [Character: Span] = ["d": .day, "h": .hour, "m": .minute, "s": .second]
        guard let last = text.last, let unit = units[last], text.utf8.count <= 12,
            text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(text.dropLast()),
            count <= 36_500 * Span.day.micros / unit.micros
        else { return nil }
        self = count * unit
    }
}

extension Span: CustomStringConvertible {
    /// The largest unit that divides the span: `90d`, `36h`, `90s`.
    package var description: String {
        for (unit, letter) in [(Span.day, "d"), (.hour, "h"), (.minute, "m")] where micros != 0 {
            if micros % unit.micros == 0 { return "\(micros / unit.micros)\(letter)" }
        }
        return "\(micros / Span.second.micros)s"
    }
}
