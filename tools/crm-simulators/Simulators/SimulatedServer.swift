internal import HTTPTypes
internal import Hummingbird
package import Leads
internal import Logging
internal import NIOCore
internal import OrderedJSON
internal import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An HTTP server on loopback around one simulated system: keeps the log, turns the knobs, counts.
package struct SimulatedServer: Sendable {
    package let arrivals: Arrivals
    private let system: any SimulatedSystem
    private let now: @Sendable () -> Instant

    /// Bytes of a knob's body that are read.
    private static let limit = 4_194_304

    package init(
        _ system: any SimulatedSystem, arrivals: Arrivals, now: @escaping @Sendable () -> Instant = Self.clock
    ) {
        self.system = system
        self.arrivals = arrivals
        self.now = now
    }

    package static let clock: @Sendable () -> Instant = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(micros: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Serves until the task is cancelled.
    /// - Parameter onReady: is told the port once connections are taken.
    package func run(port: Int = 0, onReady: @escaping @Sendable (Int) async -> Void) async throws {
        try await application(port: port, onReady: onReady).run()
    }

    /// Serves until SIGTERM or SIGINT, and says on stdout where.
    package func runAsProgram(port: Int) async throws {
        let application = application(port: port) { port in
            print("listening on http://127.0.0.1:\(port)")
            fflush(nil)
        }
        try await application.runService()
    }

    private func application(
        port: Int, onReady: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        var logger = Logger(label: "crm-simulators")
        logger.logLevel = .critical
        return Application(
            router: router(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    private func router() -> Router<SimulatorContext> {
        let router = Router(context: SimulatorContext.self)
        router.get("_stats") { [arrivals, system] _, _ in
            let counts = await system.counts.map { JSON.Member($0.name, .number($0.count)) }
            guard case .object(let members) = await arrivals.stats else { return Response(status: .ok) }
            return Self.response(.ok, JSON.object(members + counts).encoded())
        }
        router.get("_log") { [arrivals] _, _ in
            Self.response(.ok, await arrivals.log, type: "application/x-ndjson")
        }
        router.get("_records") { [system] _, _ in
            let lines = await system.records.map { $0.encoded() + [UInt8(ascii: "\n")] }
            return Self.response(.ok, Array(lines.joined()), type: "application/x-ndjson")
        }
        router.post("_expire") { [system] _, _ in
            await system.expireTokens()
            return Response(status: .noContent)
        }
        for knob in Trouble.knobs {
            router.post("\(knob)") { request, _ in try await turn(knob, request) }
        }
        for method in system.methods.compactMap({ HTTPRequest.Method($0) }) {
            router.on("/", method: method) { try await answer($0, $1) }
            router.on("**", method: method) { try await answer($0, $1) }
        }
        return router
    }

    private func turn(_ knob: String, _ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.limit)
        guard let json = body.readableBytes == 0 ? [:] : try? JSON.parse(body.readableBytesView),
            let trouble = Trouble(knob: knob, json),
            await arrivals.plan(trouble, times: Int(json["times"]?.integer ?? 1))
        else {
            return Self.response(.badRequest, Array("{\"error\":\"this makes no sense to /\(knob)\"}".utf8))
        }
        return Response(status: .noContent)
    }

    private func answer(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        func arrival(_ body: [UInt8]) -> Arrival {
            Arrival(
                method: request.method.rawValue, path: request.uri.path, query: request.uri.query, headers: headers,
                body: body)
        }
        guard let body = try? await request.body.collect(upTo: system.bodyLimit) else {
            return await refuse(arrival([]), status: 413, reason: "the body is larger than \(system.bodyLimit) bytes")
        }
        let arrived = arrival(Array(body.readableBytesView))
        switch await arrivals.nextTrouble() {
        case .fail(let status, let retryAfter, let location, let code):
            await arrivals.record(arrived, fate: .failed, status: status, reason: "as asked", at: now())
            var answer = system.failure(status: status, code: code)
            if let retryAfter { answer.headers.append(("retry-after", String(retryAfter))) }
            if let location { answer.headers.append(("location", location)) }
            return Self.response(answer)
        case .hang(let isCommitted):
            await withhold(arrived, isCommitted, as: .hung)
            // Ends with the server, or with the connection.
            return try await cancelWhenGracefulShutdown {
                try await Task.sleep(for: .seconds(86_400))
                return Response(status: .serviceUnavailable)
            }
        case .reset(let isCommitted):
            await withhold(arrived, isCommitted, as: .failed)
            // Closing with this option set sends a reset in place of a regular end.
            try? await (context.channel as? any SocketOptionProvider)?
                .setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try? await context.channel.close().get()
            throw CancellationError()
        case .slow(let milliseconds):
            try await Task.sleep(for: .milliseconds(milliseconds))
            return await settle(arrived)
        case .refuse(let refusal):
            return await settle(arrived, refusing: refusal)
        case nil:
            return await settle(arrived)
        }
    }

    /// Lets a request take effect or not, and says nothing to the sender.
    private func withhold(_ arrival: Arrival, _ isCommitted: Bool, as fate: Fate) async {
        if isCommitted {
            _ = await settle(arrival)
        } else {
            await arrivals.record(arrival, fate: fate, status: nil, reason: "as asked", at: now())
        }
    }

    private func settle(_ arrival: Arrival, refusing refusal: Refusal? = nil) async -> Response {
        switch await system.judge(arrival, now: now(), refusing: refusal) {
        case .rejected(let status, let reason):
            return await refuse(arrival, status: status, reason: reason)
        case .accepted(let key):
            let fate = await arrivals.settle(key: key, body: arrival.body)
            await arrivals.record(arrival, fate: fate, status: 200, reason: nil, at: now())
            let answer: JSON = ["accepted": .bool(fate != .conflict), "duplicate": .bool(fate == .duplicate)]
            return Self.response(.ok, answer.encoded())
        case .answered(let answer, let fate, let reason, let records):
            await arrivals.record(
                arrival, fate: fate, status: answer.status, reason: reason, records: records, at: now())
            return Self.response(answer)
        }
    }

    private func refuse(_ arrival: Arrival, status: Int, reason: String) async -> Response {
        await arrivals.record(arrival, fate: .rejected, status: status, reason: reason, at: now())
        let answer: JSON = ["error": .string(reason)]
        return Self.response(HTTPResponse.Status(code: status), answer.encoded())
    }

    private static func response(_ answer: SimulatedAnswer) -> Response {
        var fields = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private static func response(
        _ status: HTTPResponse.Status, _ body: [UInt8], type: String = "application/json"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// What a request knows of its connection, which a knob may reset.
private struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
