internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOPosix
package import ServiceLifecycle
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension LeadService {
    /// The server as a part of a service group: it ends when the group does, and answers before that what it has taken.
    /// - Parameter onRunning: is told the base URL once connections are taken.
    package func application(onRunning: @escaping @Sendable (String) async -> Void) -> any Service {
        ServerProcess(service: self, onRunning: onRunning)
    }

    /// What is said to bytes that are no request, or no whole one, and noted like any other answer.
    /// - Parameter request: the head, when that was well.
    func refusal(_ type: ProblemType, of request: HTTPRequest?, client: String?) -> (HTTPResponse, ByteBuffer) {
        let detail =
            switch type {
            case .headersTooLarge:
                "More than \(settings.headerCountLimit) headers, or more than \(settings.headerBytesLimit) bytes."
            case .requestTimeout:
                "The head has \(settings.headerTime) and the body \(settings.bodyTime) to arrive."
            default: "It could not be read as HTTP/1.1."
            }
        let requestID = requestIDs.name(request?.headerFields[.requestID])
        let (place, template) = Self.place(of: request)
        let answer = Answer(Problem(type, detail).closing(), requestID: requestID)
        metrics.request(place, request?.method ?? .get, status: type.status, micros: 0)
        logger.notice(
            "request",
            metadata: [
                "requestId": .string(requestID), "route": .string(template), "status": .stringConvertible(type.status),
                "client": .string(client ?? "-"),
            ])
        return (head(of: answer, requestID: requestID), answer.body)
    }

    private static func place(of request: HTTPRequest?) -> (place: Int?, template: String) {
        guard let request, let path = request.path?.prefix(while: { $0 != "?" && $0 != "#" }),
            case .found(let place, _) = routes.match(request.method, path)
        else { return (nil, "unmatched") }
        return (place, routes.routes[place].template)
    }
}

/// The running server.
private struct ServerProcess: Service {
    let service: LeadService
    let onRunning: @Sendable (String) async -> Void

    func run() async throws {
        let settings = service.settings
        var builder = HTTPServerBuilder { responder in
            WatchedChannel(base: HTTP1Channel(responder: responder, configuration: configuration))
        }
        if let tls = service.tls { builder = try .tls(builder, tlsConfiguration: tls.configuration) }
        var quiet = service.logger
        quiet.logLevel = .warning
        let scheme = service.tls == nil ? "http" : "https"
        let server = try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: 1_024,
                availableConnectionsDelegate: ConnectionCount(
                    limit: settings.connectionLimit, metrics: service.metrics)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet, responder: service.respond,
            onServerRunning: { channel in
                let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                await onRunning("\(scheme)://\(host):\(channel.localAddress?.port ?? settings.port)")
            })
        do {
            try await withGracefulShutdownHandler {
                try await withTaskExecutorPreference(LoopExecutor()) { try await server.run() }
            } onGracefulShutdown: {
                service.isEnding.store(true, ordering: .relaxed)
            }
        } catch let error as IOError {
            let why =
                error.errnoCode == EADDRINUSE
                ? "another program listens there" : String(cString: strerror(error.errnoCode))
            throw ServiceError(
                description: "cannot listen at \(settings.host), port \(settings.port): \(why). "
                    + "Choose another with --host and --port, or stop the other program")
        }
    }

    private var configuration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(service)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: service.settings.headerBytesLimit,
                maxHeaderListSize: service.settings.headerBytesLimit,
                maxHeaderFieldCount: service.settings.headerCountLimit))
    }
}

/// Counts connections, and takes no more while there are too many.
private struct ConnectionCount: AvailableConnectionsDelegate {
    let limit: Int
    let metrics: Metrics

    mutating func connectionOpened() {
        metrics.connections.add()
        metrics.accepted.add()
    }

    mutating func connectionClosed() { metrics.connections.release(1) }

    func isAcceptingNewConnections() -> Bool { metrics.connections.count < limit }
}
