/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Instant: Hashable, Comparable, Sendable {
    package let micros: Int64

    package init(micros: Int64) { self.micros = micros }

    package static func < (left: Instant, right: Instant) -> Bool { left.micros < right.micros }

    package static func + (instant: Instant, span: Span) -> Instant { Instant(micros: instant.micros + span.micros) }
    package static func - (instant: Instant, span: Span) -> Instant { Instant(micros: instant.micros - span.micros) }
    package static func - (left: Instant, right: Instant) -> Span { Span(micros: left.micros - right.micros) }

    /// The earliest and latest instants that text can name: the years 0001 to 9999.
    package static let earliest = Instant(micros: CivilDate(year: 1, month: 1, day: 1).daysSince1970 * Span.day.micros)
    package static let latest = Instant(
        micros: (CivilDate(year: 9999, month: 12, day: 31).daysSince1970 + 1) * Span.day.micros - 1)

    /// The UTC day this instant falls on.
    package var date: CivilDate { CivilDate(daysSince1970: dayNumber) }

    /// Days since 1970-01-01, rounded down.
    package var dayNumber: Int64 { floorDivide(micros, Span.day.micros) }

    /// Months since 1970-01, rounded down.
    package var monthNumber: Int64 { (date.year - 1970) * 12 + date.month - 1 }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC; a fraction only where there is one, without trailing zeros.
    package var description: String {
        let ofDay = micros - dayNumber * Span.day.micros
        let seconds = ofDay / 1_000_000
        var text = date.description
        text += "T" + pad(seconds / 3_600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2)
        var fraction = ofDay % 1_000_000
        if fraction > 0 {
            var digits = 6
            while fraction % 10 == 0 {
                fraction /= 10
                digits -= 1
            }
            text += "." + pad(fraction, digits)
        }
        return text + "Z"
    }
}

extension Instant {
    /// Reads RFC 3339, and what spreadsheets and table stores make of it: a space for the `T`, a missing zone (UTC), a
    /// date alone (its first moment). Digits after the microsecond are dropped. `nil` for anything else, also for days
    /// that do not exist; second 60 is read as the second after 59.
    package init?(_ text: String) {
        var text = text
        guard let instant = text.withUTF8({ Instant(utf8: $0) }) else { return nil }
        self = instant
    }

    private init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        var reader = DigitReader(bytes: bytes)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2),
            year >= 1, (1...12).contains(month), day >= 1, day <= CivilDate.daysIn(month: month, year: year)
        else { return nil }
        var micros = CivilDate(year: year, month: month, day: day).daysSince1970 * Span.day.micros
        if !reader.isAtEnd {
            guard reader.skip("T") || reader.skip("t") || reader.skip(" "),
                let hour = reader.number(digits: 2), reader.skip(":"), let minute = reader.number(digits: 2),
                hour < 24, minute < 60
            else { return nil }
            micros += hour * Span.hour.micros + minute * Span.minute.micros
            if reader.skip(":") {
                guard let second = reader.number(digits: 2), second <= 60 else { return nil }
                micros += second * 1_000_000
                if reader.skip(".") || reader.skip(",") {
                    guard let fraction = reader.fraction(digits: 6) else { return nil }
                    micros += fraction
                }
            }
            guard let offset = reader.zone(), reader.isAtEnd else { return nil }
            micros -= offset
        }
        guard (Instant.earliest.micros...Instant.latest.micros).contains(micros) else { return nil }
        self.init(micros: micros)
    }
}

/// Reads the pieces of a date from ASCII bytes.
private struct DigitReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int64? {
        guard position < bytes.count, (48...57).contains(bytes[position]) else { return nil }
        position += 1
        return Int64(bytes[position - 1] - 48)
    }

    mutating func number(digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// At least one digit; the first `digits` of them as a whole number of the smallest unit.
    mutating func fraction(digits: Int) -> Int64? {
        guard var value = digit() else { return nil }
        var read = 1
        while let next = digit() {
            if read < digits { value = value * 10 + next }
            read += 1
        }
        for _ in 0..<max(0, digits - read) { value *= 10 }
        return value
    }

    /// The offset from UTC in microseconds; none at the end of the text is UTC.
    mutating func zone() -> Int64? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign == -1 || skip("+"), let hours = number(digits: 2), hours < 24 else { return nil }
        _ = skip(":")
        guard let minutes = number(digits: 2), minutes < 60 else { return nil }
        return sign * (hours * Span.hour.micros + minutes * Span.minute.micros)
    }
}

/// Whole-number division that rounds down.
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

/// The decimal digits of a non-negative number, at least `width` of them.
func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
