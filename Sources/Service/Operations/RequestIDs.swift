internal import Synchronization

/// Names for requests, so that an answer, its log line and what the caller saw can be brought together.
final class RequestIDs: Sendable {
    private let start = UInt64.random(in: .min ... .max)
    private let count = Atomic<UInt64>(0)

    /// The caller's own name for the request where it is harmless, else a new one of 16 characters.
    func name(_ given: String?) -> String {
        if let given, Self.isHarmless(given) { return given }
        // An odd factor maps the counter one to one, so that no two of 2⁶⁴ are the same.
        let number = (start &+ count.add(1, ordering: .relaxed).oldValue) &* 0x9e37_79b9_7f4a_7c15
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func isHarmless(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
