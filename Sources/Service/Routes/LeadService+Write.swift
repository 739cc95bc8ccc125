internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore

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
        _ request: Request, _ template: String, _ answer: Answer, requestID: String, client: String?, micros: Int
    ) {
        let status = answer.status.code
        let level: Logger.Level = status >= 500 ? .warning : status >= 400 ? .notice : .debug
        logger.log(
            level: level, "request",
            metadata: [
                "requestId": .string(requestID), "method": .string(Self.knownMethod(request.method)),
                "route": .string(template), "status": .stringConvertible(status),
                "micros": .stringConvertible(micros), "bytes": .stringConvertible(answer.body.readableBytes),
                "client": .string(client ?? "-"),
            ])
    }

    /// The method as senders write it stands in no log; only the known ones are named.
    private static func knownMethod(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}
