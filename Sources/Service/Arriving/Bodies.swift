internal import HTTPTypes
internal import HummingbirdCore
internal import Intake
internal import NIOCore
internal import OrderedJSON

extension LeadService {
    /// Reads a request whole within the limits, takes the encoding off its body, and hands it to `use`. Its bytes count
    /// as in memory until `use` is done.
    /// - Parameter path: what is kept of the path, without secrets.
    func withArrival(
        _ exchange: Exchange, path: String, _ use: (ArrivedRequest) async throws -> Answer
    ) async throws -> Answer {
        var held = 0
        defer { metrics.bodies.release(held) }
        func hold(_ count: Int) throws(Problem) {
            guard metrics.bodies.reserve(count, limit: settings.bodiesLimit) else {
                throw Problem(.busy, "Too many bodies are in memory.").retry(afterSeconds: 1).closing()
            }
            held += count
        }
        var body: [UInt8] = []
        if let length = declaredLength(exchange.request) { body.reserveCapacity(min(length, settings.bodyLimit)) }
        do {
            for try await part in exchange.request.body {
                guard body.count + part.readableBytes <= settings.bodyLimit else { throw tooLarge() }
                try hold(part.readableBytes)
                body.append(contentsOf: part.readableBytesView)
            }
            // A body that ends early because the server ends, or the connection, is not what was sent.
            try Task.checkCancellation()
            if let length = declaredLength(exchange.request), length != body.count { throw CancellationError() }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw BrokenOff(bytes: body.count, cause: error)
        }
        var arrival = ArrivedRequest(
            method: exchange.request.method.rawValue, path: path, headers: headers(exchange.request), body: body,
            client: exchange.client)
        do throws(Gunzip.Failure) {
            try arrival.decodeBody(limit: settings.bodyLimit)
        } catch {
            throw tooLarge()
        }
        if arrival.body.count > body.count { try hold(arrival.body.count - body.count) }
        return try await use(arrival)
    }

    func tooLarge() -> Problem {
        Problem(.bodyTooLarge, "The body is larger than \(settings.bodyLimit) bytes.")
            .with("limit", .number(settings.bodyLimit)).closing()
    }

    func declaredLength(_ request: Request) -> Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// The headers as they came. The library keeps `Host` apart.
    private func headers(_ request: Request) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(request.headers.count + 1)
        if let host = request.head.authority { headers.append(("host", host)) }
        for field in request.headers { headers.append((field.name.canonicalName, field.value)) }
        return headers
    }
}
