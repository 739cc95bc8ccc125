internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Stands before the decoder and tells the guard that bytes came, which it cannot see behind it.
final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var onBytes: () -> Void = {}
    /// Throws away what comes, for a connection that is about to end.
    var isDiscarding = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isDiscarding { return }
        onBytes()
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isDiscarding { context.read() }
        context.fireChannelReadComplete()
    }
}

/// A connection with a `ByteWatch` in front of everything that reads HTTP.
struct WatchedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(ByteWatch())
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
