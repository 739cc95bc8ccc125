internal import HTTPTypes
internal import HummingbirdCore
internal import Intake
internal import NIOCore
internal import OrderedJSON

extension LeadService {
    /// Reads the body of a request within the limits, takes its encoding off, and hands it to `use` with the headers
    /// that go with it. The bytes count as in memory until `use` is done.
    func withBody(
        of exchange: Exchange,
        _ use: (_ body: [UInt8], _ headers: [(name: String, value: String)]) async throws -> Answer
    ) async throws -> Answer {
        var held = 0
        defer { metrics.bodies.release(held) }
        var body: [UInt8] = []
        if let length = declaredLength(exchange.request) { body.reserveCapacity(min(length, settings.bodyLimit)) }
        for try await part in exchange.request.body {
            let count = part.readableBytes
            guard body.count + count <= settings.bodyLimit else { throw tooLarge() }
            guard metrics.bodies.reserve(count, limit: settings.bodiesLimit) else {
                throw Problem(.busy, "Too many bodies are in memory.").retry(afterSeconds: 1).closing()
            }
            held += count
            body.append(contentsOf: part.readableBytesView)
        }
        // A body that ends early because the server ends, or the connection, is not what was sent.
        try Task.checkCancellation()
        if let length = declaredLength(exchange.request), length != body.count { throw CancellationError() }
        let headers = keptHeaders(exchange.request)
        return try await use(body, headers)
    }

    func tooLarge() -> Problem {
        Problem(.bodyTooLarge, "The body is larger than \(settings.bodyLimit) bytes.")
            .with("limit", .number(settings.bodyLimit)).closing()
    }

    func declaredLength(_ request: Request) -> Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// The headers as they came. The library keeps `Host` apart.
    private func keptHeaders(_ request: Request) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(request.headers.count + 1)
        if let host = request.head.authority { headers.append(("host", host)) }
        for field in request.headers { headers.append((field.name.canonicalName, field.value)) }
        return headers
    }
}
