internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An answer, as far as it was read.
package struct HTTPAnswer: Hashable, Sendable {
    package let status: Int
    /// Names in lower case.
    package let headers: [HTTPRequestBytes.Header]
    /// The first bytes of the body, at most as many as were asked for.
    package let body: [UInt8]
    /// Whether the body had more, or its end never came.
    package let isCut: Bool

    /// Bytes read of a body unless more are asked for. What comes after them is never waited for.
    package static let limit = 65_536

    package subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// One request and its answer over one client.
struct HTTPExchange {
    let client: HTTPClient
    let deadline: ContinuousClock.Instant
    /// Bytes read of the answer's body.
    let limit: Int

    func run(_ request: HTTPRequestBytes, url: String) async -> Sent {
        var message = HTTPClientRequest(url: url)
        message.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { message.headers.add(name: header.name, value: header.value) }
        let body = RequestBody(request.body)
        message.body = .stream(body, length: .known(Int64(request.body.count)))
        let remaining = ContinuousClock.now.duration(to: deadline)
        let response: HTTPClientResponse
        do {
            response = try await client.execute(message, timeout: TimeAmount(remaining))
        } catch {
            // A body of no bytes is never asked for; that no answer came in time is told of a connection that stood.
            let isSent = body.wasTaken || request.body.isEmpty && Self.isLate(error)
            return isSent ? .unanswered(Self.words(error)) : .notSent("no connection: \(Self.words(error))")
        }
        let (bytes, isCut) = await read(response.body)
        let headers = response.headers.map { HTTPRequestBytes.Header($0.name.lowercased(), $0.value) }
        return .answered(
            HTTPAnswer(status: Int(response.status.code), headers: headers, body: bytes, isCut: isCut))
    }

    /// The start of the body; whatever has not come by the deadline is left out, for the status is the answer.
    private func read(_ body: HTTPClientResponse.Body) async -> (bytes: [UInt8], isCut: Bool) {
        await withTaskGroup(of: ([UInt8], Bool)?.self) { group in
            group.addTask { [limit] in
                var bytes: [UInt8] = []
                do {
                    for try await chunk in body {
                        bytes += chunk.readableBytesView.prefix(limit + 1 - bytes.count)
                        if bytes.count > limit { break }
                    }
                } catch {
                    return (bytes, true)
                }
                return (Array(bytes.prefix(limit)), bytes.count > limit || Task.isCancelled)
            }
            group.addTask { [deadline] in
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            var read: ([UInt8], Bool)?
            for await result in group {
                read = read ?? result
                group.cancelAll()
            }
            return read ?? ([], true)
        }
    }

    /// An error in few words. None of them can hold what was sent: they are about connections.
    /// What kind of failure it was, without its own words: those name source files, and may name more.
    private static func kind(of error: any Error) -> String {
        "\(error)".hasPrefix("handshakeFailed") ? "the TLS handshake failed" : "\(type(of: error))"
    }

    /// Whether a request waited for its answer, and not for a connection.
    private static func isLate(_ error: any Error) -> Bool {
        guard let error = error as? HTTPClientError else { return false }
        return [.deadlineExceeded, .readTimeout, .writeTimeout].contains(error)
    }

    private static func words(_ error: any Error) -> String {
        if error is CancellationError { return "it was broken off" }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)).lowercased() }
        guard let error = error as? HTTPClientError else { return Self.kind(of: error) }
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: return "no answer in time"
        case .connectTimeout, .getConnectionFromPoolTimeout: return "connecting took too long"
        case .tlsHandshakeTimeout: return "the TLS handshake took too long"
        case .remoteConnectionClosed: return "the endpoint closed the connection"
        case .cancelled, .alreadyShutdown, .requestStreamCancelled: return "it was broken off"
        default: return error.shortDescription
        }
    }
}

/// A body that remembers whether the connection asked for it.
///
/// The client asks only once a connection stands and the head of the request is on its way: before, certainly nothing
/// has reached the endpoint; from then on something may have.
private final class RequestBody: AsyncSequence, Sendable {
    private let bytes: ByteBuffer
    private let taken = Atomic(false)

    init(_ bytes: [UInt8]) { self.bytes = ByteBuffer(bytes: bytes) }

    var wasTaken: Bool { taken.load(ordering: .sequentiallyConsistent) }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var body: RequestBody?

        mutating func next() async -> ByteBuffer? {
            guard let body else { return nil }
            self.body = nil
            body.taken.store(true, ordering: .sequentiallyConsistent)
            return body.bytes
        }
    }
}
