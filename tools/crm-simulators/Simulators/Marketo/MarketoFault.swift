internal import Leads
internal import OrderedJSON

/// Why a call or a record is refused, in Marketo's codes.
struct MarketoReason: Hashable {
    let code: String
    let message: String

    init(_ code: String, _ message: String? = nil) {
        self.code = code
        self.message = message ?? Self.usual[code] ?? "As asked"
    }

    static func wrongType(_ kind: String) -> MarketoReason {
        MarketoReason("1001", "Invalid value. Required of type '\(kind)'")
    }

    static func missing(_ name: String) -> MarketoReason {
        MarketoReason("1002", "Missing value for the required parameter '\(name)'")
    }

    static func invalid(_ why: String) -> MarketoReason { MarketoReason("1003", why) }

    static func noField(_ name: String) -> MarketoReason { MarketoReason("1006", "Field '\(name)' not found") }

    static func unsupportedField(_ name: String) -> MarketoReason {
        MarketoReason("1011", "Field '\(name)' is not supported")
    }

    static func deniedPartition(_ name: String) -> MarketoReason {
        MarketoReason("1008", "Access denied to partition '\(name)'")
    }

    var json: JSON { ["code": .string(code), "message": .string(message)] }

    private static let usual = [
        "502": "Bad Gateway", "600": "Access token not specified", "601": "Access token invalid",
        "602": "Access token expired", "603": "Access denied", "604": "Request timed out",
        "605": "HTTP method not supported", "606": "Max rate limit '100' exceeded with in '20' secs",
        "607": "Daily quota '50000' reached", "608": "API Temporarily Unavailable", "609": "Invalid JSON",
        "610": "Requested resource not found", "611": "System error", "612": "Invalid Content Type",
        "613": "Invalid Multipart Request", "614": "Invalid Subscription", "615": "Concurrent access limit reached",
        "713": "Transient Error", "719": "Lock wait timeout exception", "1003": "Invalid data",
        "1004": "Lead not found", "1005": "Lead already exists", "1007": "Multiple leads match lookup criteria",
        "1009": "Partition name must be specified", "1010": "Partition update not allowed",
        "1013": "Object not found", "1018": "CRM enabled", "1021": "Company update not allowed",
    ]
}

/// Why a call is refused.
enum MarketoFault: Error {
    /// In the body of an answer that says 200.
    case call(MarketoReason)
    /// By what stands before Marketo, without a body that it wrote.
    case http(status: Int)
    /// By the endpoint that hands out tokens.
    case identity(status: Int, error: String, description: String)

    static func call(_ code: String) -> MarketoFault { .call(MarketoReason(code)) }

    /// For the log.
    var reason: String {
        switch self {
        case .call(let reason): reason.code
        case .http(let status): String(status)
        case .identity(_, let error, _): error
        }
    }
}

/// The answers to one request.
struct MarketoAnswers {
    private let requestID: String

    /// - Parameter number: counts requests, so that ids differ.
    init(number: Int, now: Instant) {
        requestID = String(number, radix: 16) + "#" + String(now.micros / 1_000, radix: 16)
    }

    func success(_ result: [JSON]) -> SimulatedAnswer {
        answer(true, [JSON.Member("result", .array(result))])
    }

    /// Leads, and the token that asks for those after them.
    func page(_ result: [JSON], next: String?) -> SimulatedAnswer {
        answer(
            true,
            [JSON.Member("result", .array(result))]
                + (next.map { [JSON.Member("nextPageToken", .string($0)), .init("moreResult", .bool(true))] } ?? []))
    }

    /// Nothing was found among forms or programs, which is no failure.
    func noAssets() -> SimulatedAnswer {
        answer(true, [JSON.Member("warnings", .array([.string("No assets found for the given search criteria.")]))])
    }

    func failure(_ fault: MarketoFault) -> SimulatedAnswer {
        switch fault {
        case .call(let reason):
            return answer(false, [JSON.Member("errors", .array([reason.json]))])
        case .http(let status):
            return SimulatedAnswer(
                status: status, headers: [("content-type", "text/html")],
                body: Array("<html><head><title>\(status)</title></head><body></body></html>".utf8))
        case .identity(let status, let error, let description):
            let json: JSON = ["error": .string(error), "error_description": .string(description)]
            return Self.json(status, json)
        }
    }

    private func answer(_ isSuccess: Bool, _ members: [JSON.Member]) -> SimulatedAnswer {
        Self.json(
            200,
            .object(
                [JSON.Member("requestId", .string(requestID)), JSON.Member("success", .bool(isSuccess))] + members))
    }

    static func json(_ status: Int, _ json: JSON) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status,
            headers: [("content-type", "application/json;charset=UTF-8"), ("cache-control", "no-store")],
            body: json.encoded())
    }
}
