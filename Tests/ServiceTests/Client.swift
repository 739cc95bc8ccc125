import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import OrderedJSON
import Views

@testable import Service

/// An answer as a client sees it.
struct Received: Sendable {
    let status: Int
    let headers: [(String, String)]
    let text: String

    subscript(_ name: String) -> String? { headers.first { $0.0.lowercased() == name.lowercased() }?.1 }

    var json: JSON? { try? JSON.parse(text) }
    /// The slug of the problem.
    var problem: String? {
        guard self["content-type"] == "application/problem+json" else { return nil }
        return json?["type"]?.string.flatMap { $0.split(separator: ":").last.map(String.init) }
    }
}

extension RunningService {
    func send(
        _ method: HTTPMethod, _ path: String, key: Scope? = nil, headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Received {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let key, let text = keys[key] { request.headers.add(name: "Authorization", value: "Bearer \(text)") }
        if let body { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 10_000_000)
        return Received(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            text: String(buffer: bytes))
    }

    func get(_ path: String, key: Scope? = nil) async throws -> Received { try await send(.GET, path, key: key) }

    func post(
        _ path: String, _ body: String, key: Scope? = nil, type: String? = "application/json",
        headers: [(String, String)] = []
    ) async throws -> Received {
        try await send(
            .POST, path, key: key, headers: headers + (type.map { [("Content-Type", $0)] } ?? []),
            body: Array(body.utf8))
    }

    /// Sends bytes as they are, and returns what came back until the server closed.
    /// - Parameter closesOutput: whether the client says that it has nothing more to send.
    func raw(_ bytes: [String], closesOutput: Bool = false) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for piece in bytes {
                // The server may have closed before it had all.
                do { try await outbound.write(ByteBuffer(string: piece)) } catch { break }
            }
            if closesOutput { outbound.finish() }
            var all = ByteBuffer()
            do { for try await var part in inbound { all.writeBuffer(&part) } } catch {}
            return String(buffer: all)
        }
    }
}
