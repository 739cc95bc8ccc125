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
        var members = [
            JSON.Member("time", .string(Clocks.wallClock().description)),
            JSON.Member("level", .string(event.level.rawValue)), JSON.Member("logger", .string(label)),
            JSON.Member("message", .string(event.message.description)),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) { members.append(JSON.Member(name, Self.json(value))) }
        let line = JSON.object(members).encoded() + [UInt8(ascii: "\n")]
        // One call a line, so that lines of several threads do not mix.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
