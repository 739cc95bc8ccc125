internal import FoundationEssentials
internal import Hummingbird
internal import Ledger
internal import Logging
internal import NIOCore
internal import OrderedJSON
internal import ServiceLifecycle

/// Takes acts of this machine's commands while a service has the home open: `POST /acts/NAME` over a Unix socket in the
/// home.
///
/// Who may open the socket may open the home: both are for their owner alone, so nothing else is asked for.
struct ControlServer: Service {
    let files: LedgerFiles
    let home: OpenHome
    let logger: Logger
    private let turn = Turn()

    init(files: LedgerFiles, home: OpenHome, logger: Logger) {
        self.files = files
        self.home = home
        self.logger = logger
    }

    /// Bytes of an act; a correction of a quarantined lead is the largest.
    static let bodyLimit = 4 << 20

    func run() async throws {
        let path = files.controlSocket
        guard path.utf8.count < 104 else {
            logger.warning("the home's path is too long for a socket: commands that write will wait for the service")
            return try await gracefulShutdown()
        }
        // Whoever holds the ledger's lock is the only service, so a socket that is there is left from a crash.
        try? FileManager.default.removeItem(atPath: path)
        let router = Router()
        router.post("acts/:name") { request, context in
            try await answer(request, name: context.parameters.require("name"))
        }
        let application = Hummingbird.Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: path), serverName: nil),
            logger: Logger(label: "leadledger.control", factory: { _ in SwiftLogNoOpLogHandler() }))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            try await application.run()
        } catch {
            logger.error("commands cannot reach the service", metadata: ["error": "\(error)"])
            try await gracefulShutdown()
        }
    }

    private func answer(_ request: Request, name: String) async throws -> Response {
        let isGone = StopFlag()
        // A command that was interrupted closes its connection, and wants no more of what it asked for.
        let reply = try await request.body.consumeWithInboundCloseHandler { body in
            let bytes = Array(try await body.collect(upTo: Self.bodyLimit).readableBytesView)
            do {
                guard let act = try Acts.read(name, bytes) else {
                    throw ActFailure(
                        "the service knows no act \(name): it runs another version of leadledger than this command; "
                            + "start it again with this one")
                }
                return ControlReply(answer: try await perform(act, on: home.ending { isGone.isSet }))
            } catch {
                return ControlReply(error)
            }
        } onInboundClosed: {
            isGone.set()
        }
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: reply.json.encoded())))
    }
}

extension ControlServer {
    /// An act that looks before it writes must find things as it left them.
    private func perform(_ act: some Act, on home: OpenHome) async throws -> JSON {
        guard act.takesTurns else { return try await act.perform(on: home) }
        return try await turn.take { try await act.perform(on: home) }
    }
}

/// Lets one at a time through, in the order of their coming.
private actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
        defer { if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() } }
        return try await body()
    }
}

/// What comes back for an act: its answer, or why there is none.
struct ControlReply {
    let json: JSON

    init(answer: JSON) { json = ["answer": answer] }

    init(_ error: any Error) {
        let isUsage = (error as? ActFailure)?.isUsage ?? false
        let text =
            error is CancellationError ? "the service ended before this was done: run the command again" : "\(error)"
        json = ["error": .string(text), "usage": .bool(isUsage)]
    }

    /// The answer in what a service sent.
    static func answer(_ bytes: [UInt8]) throws -> JSON {
        let json = try JSON.parse(bytes)
        if let error = json["error"]?.string { throw ActFailure(error, isUsage: json["usage"]?.bool ?? false) }
        guard let answer = json["answer"] else { throw ActFailure("the service answered with something else") }
        return answer
    }
}
