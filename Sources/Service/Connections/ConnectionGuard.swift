internal import HTTPTypes
internal import HummingbirdCore
internal import Leads
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOSSL

/// Holds one connection to its times and limits, answers what cannot be read as HTTP, and ends the connection so that
/// its last answer arrives.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let service: LeadService
    private var times: ConnectionTimes
    private var watch: ByteWatch?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    /// Whether the answer that is being written says that it is the last.
    private var isLastAnswer = false
    /// What is refused as soon as the answers before it are written.
    private var refusal: (type: ProblemType, error: any Error)?
    /// Bytes of a body that came after its answer.
    private var surplus = 0
    private var isOver = false
    /// The request whose body is coming.
    private var arriving: HTTPRequest?

    init(_ service: LeadService) {
        self.service = service
        times = ConnectionTimes(service.settings)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch = try? context.pipeline.syncOperations.handler(type: ByteWatch.self)
        watch?.onBytes = { [unowned self] in times.bytesArrived(at: .now()) }
        if context.channel.isActive { open(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        watch?.onBytes = {}
    }

    func channelActive(context: ChannelHandlerContext) {
        open(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    private func open(_ context: ChannelHandlerContext) {
        times.opened(at: .now())
        arm(context)
    }

    // What comes in.

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            arriving = head
            times.headArrived(at: .now())
        case .body(let bytes):
            if times.unanswered == 0 {
                surplus += bytes.readableBytes
                // Who goes on after the answer is told by the end of the connection.
                if surplus > service.settings.bodyLimit { return end(context) }
            }
        case .end:
            surplus = 0
            arriving = nil
            times.bodyEnded()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        arm(context)
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isOver, case ChannelEvent.inputClosed = event { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return }
        switch error {
        case HTTPParserError.headerOverflow: refuse(context, .headersTooLarge, error)
        case is HTTPParserError: refuse(context, .malformedRequest, error)
        case is IOError, is ChannelError, is NIOSSLError, is BoringSSLError: context.fireErrorCaught(error)
        // The library's error for heads that it cannot represent has no public type.
        default: refuse(context, .malformedRequest, error)
        }
    }

    // What goes out.

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isOver {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let part = unwrapOutboundIn(data)
        if case .head(let head) = part, head.headerFields[.connection] == "close" { isLastAnswer = true }
        guard case .end = part else { return context.write(data, promise: promise) }
        times.answered(at: .now())
        context.writeAndFlush(data, promise: promise)
        if isLastAnswer { return end(context) }
        if let refusal { refuse(context, refusal.type, refusal.error) }
        arm(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // While the client is given time to read the last answer, nobody else ends the connection.
        guard isOver, mode == .all else { return context.close(mode: mode, promise: promise) }
        context.channel.closeFuture.cascade(to: promise)
    }

    // Times.

    /// Sees to it that the timer rings no later than the deadline. It may ring earlier, and is then set anew: most
    /// requests come and go without it being touched.
    private func arm(_ context: ChannelHandlerContext) {
        guard !isOver, let deadline = times.deadline?.at else { return }
        if let timer, timer.at <= deadline { return }
        timer?.task.cancel()
        let ring = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: deadline) {
            let (guardian, context) = ring.value
            guardian.ring(context)
        }
        timer = (task, deadline)
    }

    private func ring(_ context: ChannelHandlerContext) {
        timer = nil
        guard !isOver, let (deadline, part) = times.deadline else { return }
        guard deadline <= .now() else { return arm(context) }
        switch part {
        case .idle: context.close(promise: nil)
        case .head, .body: refuse(context, .requestTimeout, ConnectionEnd())
        }
    }

    // The end.

    /// Why a request that was being read is over.
    private struct ConnectionEnd: Error {}

    /// Answers with a problem and ends the connection, once what came before is answered.
    private func refuse(_ context: ChannelHandlerContext, _ type: ProblemType, _ error: any Error) {
        let own = times.isBodyComing ? 1 : 0
        guard times.unanswered <= own else {
            refusal = (type, error)
            return
        }
        // A request that was answered before its body came has had its answer.
        if times.unanswered == own {
            let (head, body) = service.refusal(
                type, of: arriving, client: context.remoteAddress?.ipAddress)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(body)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        end(context)
        // Who reads the body must not take what came for all of it.
        context.fireErrorCaught(error)
    }

    /// Closes the way out, throws away what still comes in, and closes when the client does, or after a while. Closed
    /// at once, unread bytes would make the system reset the connection, and the answer could be lost with it.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        watch?.isDiscarding = true
        timer?.task.cancel()
        timer = nil
        let over = NIOLoopBound(context, eventLoop: context.eventLoop)
        let closed = context.eventLoop.makePromise(of: Void.self)
        closed.futureResult.whenFailure { _ in over.value.close(promise: nil) }
        context.close(mode: .output, promise: closed)
        context.read()
        let task = context.eventLoop.scheduleTask(in: .microseconds(service.settings.lingerTime.micros)) {
            over.value.close(promise: nil)
        }
        timer = (task, .now())
    }
}
