internal import Foundation

/// One TCP connection to a program on this machine, down to its bytes.
final class Wire {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Nothing on one machine takes longer unless something hangs.
    private static let patienceSeconds = 30

    /// - Throws: `Failure` when nobody listens at the port.
    init(port: Int) throws {
        #if os(Linux)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            // The connection is whole by now, so that `deinit` closes it; twice would close somebody else's.
            throw Failure(description: "port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: String(cString: strerror(errno))) }
            rest = rest.dropFirst(count)
        }
    }

    /// Says that nothing more will be sent.
    func endOfSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next answer; interim ones (1xx) count as answers too.
    /// - Throws: `Failure` when the connection ends before it is whole.
    func answer() throws -> Answer {
        let head = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
        var lines = head.components(separatedBy: "\r\n")[...]
        let first = lines.removeFirst().split(separator: " ")
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            throw Failure(description: "no HTTP answer: \(head.prefix(80))")
        }
        var answer = Answer(status: status)
        for line in lines where !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Failure(description: "no header: \(line)") }
            answer.headers.append((parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)))
        }
        if answer["transfer-encoding"]?.lowercased() == "chunked" {
            answer.body = try chunks()
        } else if let length = answer["content-length"].flatMap({ Int($0) }) {
            answer.body = try take(length)
        }
        return answer
    }

    /// Waits for the other side to end the connection.
    /// - Returns: whether it did, and sent nothing more before.
    func isEnded() -> Bool { received.isEmpty && ((try? fill()) ?? false) == false }

    private func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        let end = Array("\r\n".utf8)
        while true {
            let line = String(decoding: try take(through: end), as: UTF8.self)
            guard let size = Int(line.prefix { $0.isHexDigit }, radix: 16) else {
                throw Failure(description: "no size of a chunk: \(line.prefix(40))")
            }
            body += try take(size)
            _ = try take(through: end)
            if size == 0 { return body }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count < count { try more() }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func take(through end: [UInt8]) throws -> [UInt8] {
        while true {
            if let range = received.firstRange(of: end) {
                defer { received.removeSubrange(..<range.upperBound) }
                return Array(received[..<range.lowerBound])
            }
            try more()
        }
    }

    private func more() throws {
        guard try fill() else { throw Failure(description: "the connection ended before the answer was whole") }
    }

    /// - Returns: whether bytes came; `false` at the end.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        // A connection that is reset is ended.
        if count < 0 && errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
        received += buffer.prefix(count)
        return count > 0
    }
}

/// An HTTP answer as it came.
struct Answer: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: Any { get throws { try JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) } }

    /// The body where it is an object; empty otherwise.
    var object: [String: Any] { get throws { try json as? [String: Any] ?? [:] } }

    /// The body where it is a list of objects; empty otherwise.
    var list: [[String: Any]] { get throws { try json as? [[String: Any]] ?? [] } }
}

/// A request as its bytes go out.
struct Outgoing: Sendable {
    let method: String
    let path: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(_ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    static func post(_ path: String, headers: [(name: String, value: String)], body: [UInt8]) -> Outgoing {
        Outgoing("POST", path, headers: headers, body: body)
    }

    /// - Parameter closes: whether the connection is to end with the answer.
    func bytes(closes: Bool) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if closes { head += "Connection: close\r\n" }
        if method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        return Array(head.utf8) + Array("\r\n".utf8) + body
    }
}
