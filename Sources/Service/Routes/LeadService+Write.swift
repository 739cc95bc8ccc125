internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import Views

extension LeadService {
    func head(of answer: Answer, requestID: String) -> HTTPResponse {
        var fields = HTTPFields()
        fields.reserveCapacity(8)
        if !answer.type.isEmpty { fields[.contentType] = answer.type }
        if answer.status != .noContent { fields[.contentLength] = String(answer.body.readableBytes) }
        fields[.requestID] = requestID
        fields[.date] = dates.text(clock())
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        for (name, value) in answer.headers { fields[name] = value }
        if answer.closes { fields[.connection] = "close" }
        return HTTPResponse(status: answer.status, headerFields: fields)
    }

    /// Notes a request in the log: at debug when all is well, so that a busy intake is not slowed by telling of it.
    func note(
        _ request: Request, _ template: String, _ answer: Answer, _ caller: Exchange.Caller, requestID: String,
        client: String?, micros: Int
    ) {
        let status = answer.status.code
        var level: Logger.Level = status >= 500 ? .warning : status >= 400 ? .notice : .debug
        if answer.cause != nil { level = .error }
        // Made only when it is wanted, which at debug it seldom is.
        guard level >= logger.logLevel else { return }
        var metadata = told(request, template, caller, requestID: requestID, client: client)
        metadata["status"] = .stringConvertible(status)
        metadata["micros"] = .stringConvertible(micros)
        metadata["bytes"] = .stringConvertible(answer.body.readableBytes)
        if let cause = answer.cause { metadata.merge(cause.metadata) { $1 } }
        logger.log(level: level, "request", metadata: metadata)
    }

    /// Notes a request that ended without an answer. A lead that was cut off is counted by its endpoint, since nobody
    /// else can tell whose it was.
    func noteEnd(
        _ request: Request, _ template: String, _ error: any Error, _ caller: Exchange.Caller, requestID: String,
        client: String?
    ) {
        var metadata = told(request, template, caller, requestID: requestID, client: client)
        guard let end = error as? BrokenOff else {
            return logger.debug("request without an answer", metadata: metadata.merging(Cause(error).metadata) { $1 })
        }
        if case .endpoint(let endpoint) = caller { metrics.brokenOff(endpoint.name) }
        metadata.merge(Cause(end.cause).metadata) { $1 }
        metadata["arrived"] = .stringConvertible(end.bytes)
        if let length = declaredLength(request) { metadata["announced"] = .stringConvertible(length) }
        logger.warning("request broken off", metadata: metadata)
    }

    /// What every line about a request tells.
    private func told(
        _ request: Request, _ template: String, _ caller: Exchange.Caller, requestID: String, client: String?
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "requestId": .string(requestID), "method": .string(Self.knownMethod(request.method)),
            "route": .string(template), "client": .string(client ?? "-"),
        ]
        switch caller {
        case .anybody: break
        case .endpoint(let endpoint): metadata["endpoint"] = .string(endpoint.name)
        case .key(let key): metadata["key"] = .string(key.name)
        }
        return metadata
    }

    /// The method as senders write it stands in no log; only the known ones are named.
    private static func knownMethod(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}
