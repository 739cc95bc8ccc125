internal import Leads
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The time of the machine, for what only people look at.
enum Clocks {
    static let wallClock: @Sendable () -> Instant = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(micros: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

/// The `Date` of answers (RFC 9110, section 5.6.7), made once a second.
final class DateHeader: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((-1, ""))

    func text(_ now: Instant) -> String {
        let second = now.micros / 1_000_000
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second: second)) }
            return last.text
        }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func text(second: Int64) -> String {
        let date = Instant(micros: second * 1_000_000).date
        let ofDay = second % 86_400
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(second / 86_400 % 7)]), \(two(Int64(date.day))) \(months[Int(date.month) - 1]) \(date.year) "
            + "\(two(ofDay / 3_600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60)) GMT"
    }
}
