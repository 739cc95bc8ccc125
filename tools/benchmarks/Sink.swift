import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The cheapest destination there can be: takes everything, checks nothing, and counts.
///
/// It answers as an endpoint of one's own does, as Marketo does to a batch of leads, and with a token where it is asked
/// for one.
final class Sink: Sendable {
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    let counts: Counts

    final class Counts: Sendable {
        let requests = Atomic<Int>(0)
        let leads = Atomic<Int>(0)
    }

    static func start() async throws -> Sink {
        let counts = Counts()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(Taking(counts))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Sink(channel, group, counts)
    }

    private init(_ channel: any Channel, _ group: MultiThreadedEventLoopGroup, _ counts: Counts) {
        self.channel = channel
        self.group = group
        self.counts = counts
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Taking: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let counts: Counts
        private var path = ""
        private var leads = 0

        init(_ counts: Counts) { self.counts = counts }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                path = head.uri
                leads = 0
            case .body(let bytes):
                // Each record of a batch has one address, and each address one such sign.
                leads += bytes.readableBytesView.reduce(0) { $0 + ($1 == UInt8(ascii: "@") ? 1 : 0) }
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            var body = ""
            if path.hasPrefix("/identity") {
                body = #"{"access_token":"t","token_type":"bearer","expires_in":3600}"#
            } else if path.hasPrefix("/rest") {
                let records = Array(repeating: #"{"id":1,"status":"created"}"#, count: leads).joined(separator: ",")
                body = #"{"requestId":"r","success":true,"result":[\#(records)]}"#
            }
            counts.requests.add(1, ordering: .relaxed)
            counts.leads.add(leads, ordering: .relaxed)
            let headers = HTTPHeaders([("content-type", "application/json"), ("content-length", "\(body.utf8.count)")])
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil
            )
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
