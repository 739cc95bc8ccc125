import Destinations
import Leads
import NIOCore
import NIOPosix
import OrderedJSON
import Outbound
import Simulators
import Synchronization

/// A server that answers the first request of each connection with the same text, and remembers what came.
final class RawServer: Sendable {
    private let channel: any Channel
    private let received: Seen

    /// - Parameters:
    ///   - answer: what is sent back; `nil` sends nothing.
    ///   - closes: whether the connection ends after that.
    static func start(answer: String?, closes: Bool = true) async throws -> RawServer {
        let received = Seen()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(Answering(answer: answer, closes: closes, received: received))
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel: channel, received: received)
    }

    private init(channel: any Channel, received: Seen) {
        self.channel = channel
        self.received = received
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var connections: Int { received.texts.withLock { $0.count } }
    /// The first request of each connection.
    var texts: [String] { received.texts.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    private final class Seen: Sendable {
        let texts = Mutex<[String]>([])
    }

    private final class Answering: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let answer: String?
        private let closes: Bool
        private let received: Seen
        private let text = Mutex("")

        init(answer: String?, closes: Bool, received: Seen) {
            self.answer = answer
            self.closes = closes
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let request = text.withLock { text -> String? in
                let wasComplete = Self.isComplete(text)
                text += String(buffer: Self.unwrapInboundIn(data))
                return !wasComplete && Self.isComplete(text) ? text : nil
            }
            guard let request else { return }
            received.texts.withLock { $0.append(request) }
            if let answer { context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil) }
            if closes { context.close(promise: nil) }
        }

        /// Whether the whole of a POST has come; anything else is taken as it begins.
        private static func isComplete(_ text: String) -> Bool {
            guard text.hasPrefix("POST ") else { return !text.isEmpty }
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
            let length = parts[0].lowercased().split(separator: "content-length: ").last
                .flatMap { Int($0.prefix { $0.isNumber }) }
            return parts.count == 2 && parts[1].utf8.count >= length ?? 0
        }
    }
}

/// Runs `body` against a server that sends back `answer`, and stops it.
func withRawServer(
    answer: String?, closes: Bool = true, _ body: (RawServer) async throws -> Void
) async throws {
    let server = try await RawServer.start(answer: answer, closes: closes)
    do {
        try await body(server)
    } catch {
        try await server.stop()
        throw error
    }
    try await server.stop()
}

/// Runs `body` against the simulated endpoint that knows the secret of the samples, at its port.
func withEndpoint(_ body: @escaping @Sendable (Int, Arrivals) async throws -> Void) async throws {
    let endpoint = HTTPSEndpoint(signature: WebhookSignature(secret: Samples.secret))
    try await withSimulator(endpoint, now: { Samples.now }, body)
}

/// Runs `body` against a simulated system, at its port.
func withSimulator(
    _ system: any SimulatedSystem, now: @escaping @Sendable () -> Instant = SimulatedServer.clock,
    _ body: @escaping @Sendable (Int, Arrivals) async throws -> Void
) async throws {
    let arrivals = try Arrivals()
    let server = SimulatedServer(system, arrivals: arrivals, now: now)
    let (ports, port) = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup { group in
        group.addTask { try await server.run { port.yield($0) } }
        for await port in ports {
            try await body(port, arrivals)
            break
        }
        group.cancelAll()
        // Being broken off is how the server ends here.
        while let result = await group.nextResult() { _ = result }
    }
}

/// Sends once through `destination` and lets go of it.
func sendOnce(
    _ destination: HTTPSDestination, _ outgoing: Outgoing = Samples.outgoing(), now: Instant = Samples.now
) async -> SentAttempt {
    let attempt = await destination.send(outgoing, now: now)
    await destination.shutdown()
    return attempt
}

/// One lead at a time, as most tests send.
extension HTTPSDestination {
    func request(_ outgoing: Outgoing, now: Instant) -> HTTPRequestBytes { request(prepare(outgoing), now: now) }
    func payloadDigest(_ outgoing: Outgoing) -> [UInt8] { prepare(outgoing).digest }
    func send(_ outgoing: Outgoing, now: Instant) async -> SentAttempt {
        await send([prepare(outgoing)], now: now).attempts[0]
    }
}
