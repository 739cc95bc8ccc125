internal import Crypto
package import Leads
package import OrderedJSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What a simulator has seen, and the trouble it still owes.
package actor Arrivals {
    /// The latest lines, oldest first.
    private var lines: [[UInt8]] = []
    private let file: LogFile?
    private var requests = 0
    private var fates: [Fate: Int] = [:]
    /// SHA-256 of the body that came first under each key.
    private var bodies: [String: [UInt8]] = [:]
    private var troubles: [Trouble] = []
    private var waiting: [(fate: Fate, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// Lines kept for `GET /_log`; the file keeps all.
    private static let kept = 10_000
    /// More trouble than this at once is a slip of the hand.
    private static let maximumTroubles = 100_000

    /// - Parameter log: a path that lines are added to.
    package init(log: String? = nil) throws { file = try log.map { try LogFile(path: $0) } }

    /// Adds trouble for the next `times` requests; `false` when that is too much.
    package func plan(_ trouble: Trouble, times: Int) -> Bool {
        guard (0...Self.maximumTroubles - troubles.count).contains(times) else { return false }
        troubles += Array(repeating: trouble, count: times)
        return true
    }

    /// The trouble that the next request gets.
    func nextTrouble() -> Trouble? { troubles.isEmpty ? nil : troubles.removeFirst() }

    /// Says what an accepted arrival is, first or again, and remembers it.
    func settle(key: String?, body: [UInt8]) -> Fate {
        guard let key else { return .accepted }
        let digest = Array(SHA256.hash(data: body))
        guard let known = bodies[key] else {
            bodies[key] = digest
            return .accepted
        }
        return known == digest ? .duplicate : .conflict
    }

    package func record(
        _ arrival: Arrival, fate: Fate, status: Int?, reason: String?, records: [RecordFate] = [], at now: Instant
    ) {
        requests += 1
        fates[fate, default: 0] += 1
        let done = waiting.filter { fates[$0.fate, default: 0] >= $0.count }
        waiting.removeAll { fates[$0.fate, default: 0] >= $0.count }
        for waiter in done { waiter.continuation.resume() }
        let shown = ArrivalForLog(arrival)
        let line: JSON = [
            "at": .string(now.description),
            "method": .string(arrival.method),
            "path": .string(arrival.path),
            "query": .optional(shown.query),
            "fate": .string(fate.rawValue),
            "status": status.map { .number($0) } ?? .null,
            "reason": .optional(reason),
            "records": .array(records.map { ["key": .string($0.key), "fate": .string($0.fate.rawValue)] }),
            "headers": .object(shown.headers.map { JSON.Member($0.name, .string($0.value)) }),
            "body": shown.body,
        ]
        let bytes = line.encoded() + [UInt8(ascii: "\n")]
        if lines.count == Self.kept { lines.removeFirst(Self.kept / 2) }
        lines.append(bytes)
        file?.write(bytes)
    }

    /// Returns once so many requests came to this.
    package func reached(_ count: Int, _ fate: Fate) async {
        guard fates[fate, default: 0] < count else { return }
        await withCheckedContinuation { waiting.append((fate, count, $0)) }
    }

    /// The latest lines as one text.
    package var log: [UInt8] { Array(lines.joined()) }

    package var stats: JSON {
        var members = [JSON.Member("requests", .number(requests))]
        let names: [(String, Fate)] = [
            ("accepted", .accepted), ("duplicates", .duplicate), ("conflicts", .conflict), ("rejected", .rejected),
            ("failed", .failed), ("hung", .hung),
        ]
        members += names.map { JSON.Member($0.0, .number(fates[$0.1, default: 0])) }
        return .object(members)
    }
}

/// A file that lines are added to.
private final class LogFile {
    private let file: Int32

    struct CannotOpen: Error, CustomStringConvertible {
        let description: String
    }

    init(path: String) throws {
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CannotOpen(description: "\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(file) }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { put(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// The system's `write`, under a name that the method beside it does not hide.
private func put(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(file, bytes, count) }
