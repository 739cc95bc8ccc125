internal import Leads
package import Logging
internal import OrderedJSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A log handler that writes each message as one line of JSON to standard error.
///
/// The line is written by a thread of its own, so that who logs never waits for who reads; `flush` waits for it.
package struct JSONLines: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String

    package init(label: String, level: Logger.Level = .notice) {
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        Self.lines.add(Self.line(event.level, label, event.message.description, all), level: event.level)
    }

    /// Returns once the lines so far are written, or cannot be for a while.
    package static func flush() async { await lines.flush() }

    private static let lines = LineWriter(write: put) { dropped in
        line(.warning, "leadledger", "log lines dropped", ["count": .stringConvertible(dropped)])
    }

    private static func line(
        _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> [UInt8] {
        var members = [
            JSON.Member("time", .string(Clocks.wallClock().description)),
            JSON.Member("level", .string(level.rawValue)), JSON.Member("logger", .string(label)),
            JSON.Member("message", .string(message)),
        ]
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            members.append(JSON.Member(name, json(value)))
        }
        return JSON.object(members).encoded() + [UInt8(ascii: "\n")]
    }

    /// All of a line, in one call where that is possible: others may write to the same file.
    @Sendable
    private static func put(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(STDERR_FILENO, part.baseAddress, part.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                    if poll(&wait, 1, -1) < 0, errno != EINTR { return }
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let number as any BinaryInteger): .number("\(number)")
        case .stringConvertible(let other): .string(other.description)
        case .array(let values): .array(values.map { json($0) })
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, json($0.value)) })
        }
    }
}
