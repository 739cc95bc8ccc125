internal import Synchronization

/// Values that one request at a time uses, and that keep what they learned for the next.
final class Readers<Reader>: Sendable {
    /// A value that is in the list or with the one who took it out, never both.
    private struct Idle: @unchecked Sendable {
        var readers: [Reader] = []
    }

    private let idle = Mutex<Idle>(Idle())
    private let make: @Sendable () -> Reader

    init(_ make: @escaping @Sendable () -> Reader) { self.make = make }

    func use<Result, Failure: Error>(_ body: (inout Reader) throws(Failure) -> Result) throws(Failure) -> Result {
        var reader = take()
        defer { give(reader) }
        return try body(&reader)
    }

    private func take() -> Reader {
        var taken = Idle()
        taken.readers =
            idle.withLock { idle in
                var taken = Idle()
                if let last = idle.readers.popLast() { taken.readers = [last] }
                return taken
            }.readers
        return taken.readers.first ?? make()
    }

    private func give(_ reader: Reader) {
        let given = Idle(readers: [reader])
        idle.withLock { $0.readers += given.readers }
    }
}
