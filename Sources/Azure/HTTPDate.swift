package import Leads

extension Instant {
    /// The date as HTTP headers write it (RFC 9110, section 5.6.7): `Fri, 02 Jan 2026 03:04:05 GMT`.
    package var httpDate: String {
        // 1970-01-01 was a Thursday; days before it count backwards.
        let weekday = Self.weekdays[Int(((dayNumber + 4) % 7 + 7) % 7)]
        let day = date
        let text = description
        let time = text.dropFirst(11).prefix(8)
        let year = text.prefix(4)
        return "\(weekday), \(day.day < 10 ? "0" : "")\(day.day) \(Self.months[Int(day.month) - 1]) \(year) \(time) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
