internal import HTTPTypes
internal import NIOCore
internal import OrderedJSON

/// What a route says to a request.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var type: String
    var headers: [(HTTPField.Name, String)] = []
    var body: ByteBuffer
    /// Whether the connection ends with this answer.
    var closes = false
    /// What stands behind a problem, for the log.
    var cause: Cause?

    init(_ status: HTTPResponse.Status, type: String, _ bytes: [UInt8]) {
        self.status = status
        self.type = type
        body = ByteBuffer(bytes: bytes)
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status, type: "application/json", value.encoded())
    }

    init(_ problem: Problem, requestID: String) {
        self.init(
            HTTPResponse.Status(code: problem.type.status), type: Problem.contentType,
            problem.document(requestID: requestID))
        headers = problem.headers
        closes = problem.closes
        cause = problem.cause
    }
}
