internal import Leads
internal import NIOCore

/// What a connection is waiting for, and until when.
///
/// Each time counts from where its part begins, and nothing that arrives in between prolongs it: a head or a body that
/// drips in byte by byte is over when its time is.
struct ConnectionTimes {
    /// What ran out of time.
    enum Part {
        case idle, head, body
    }

    let headerTime: TimeAmount
    let bodyTime: TimeAmount
    let idleTime: TimeAmount

    /// Requests whose head came and whose answer was not written.
    private(set) var unanswered = 0
    private(set) var isBodyComing = false
    private var headSince: NIODeadline?
    private var bodySince = NIODeadline.now()
    private var idleSince = NIODeadline.now()

    init(_ settings: ServiceSettings) {
        headerTime = .microseconds(settings.headerTime.micros)
        bodyTime = .microseconds(settings.bodyTime.micros)
        idleTime = .microseconds(settings.idleTime.micros)
    }

    /// A new connection has its first request to send, so its head is due.
    mutating func opened(at now: NIODeadline) { headSince = now }

    mutating func bytesArrived(at now: NIODeadline) {
        if !isBodyComing, headSince == nil { headSince = now }
    }

    mutating func headArrived(at now: NIODeadline) {
        headSince = nil
        unanswered += 1
        isBodyComing = true
        bodySince = now
    }

    mutating func bodyEnded() { isBodyComing = false }

    mutating func answered(at now: NIODeadline) {
        unanswered -= 1
        idleSince = now
        // What came while the answer was on its way could not be read before.
        if headSince != nil { headSince = now }
        if isBodyComing, unanswered == 1 { bodySince = now }
    }

    /// `nil` while nothing is to be expected of the client.
    var deadline: (at: NIODeadline, part: Part)? {
        if isBodyComing { return unanswered <= 1 ? (bodySince + bodyTime, .body) : nil }
        guard unanswered == 0 else { return nil }
        if let headSince { return (headSince + headerTime, .head) }
        return (idleSince + idleTime, .idle)
    }
}
