internal import HTTPTypes
internal import OrderedJSON

/// A problem as one request meets it: its type, what happened, and what a program can act on.
struct Problem: Error {
    let type: ProblemType
    /// What happened; never contents, tokens or keys.
    let detail: String
    /// Extra members of the document.
    var members: [JSON.Member] = []
    var headers: [(HTTPField.Name, String)] = []
    /// Whether the connection ends with this answer.
    var closes = false
    /// What stands behind it, for the log.
    var cause: Cause?

    init(_ type: ProblemType, _ detail: String) {
        self.type = type
        self.detail = detail
    }

    func with(_ name: String, _ value: JSON) -> Problem {
        var problem = self
        problem.members.append(JSON.Member(name, value))
        return problem
    }

    func with(_ name: HTTPField.Name, _ value: String) -> Problem {
        var problem = self
        problem.headers.append((name, value))
        return problem
    }

    /// Says in the document and in the header how long to wait.
    func retry(afterSeconds seconds: Int) -> Problem {
        with("retryAfter", .number(seconds)).with(.retryAfter, String(seconds))
    }

    func closing() -> Problem {
        var problem = self
        problem.closes = true
        return problem
    }

    func because(_ error: any Error) -> Problem {
        var problem = self
        problem.cause = Cause(error)
        return problem
    }

    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(.invalidParameter, detail).with("parameter", .string(name))
    }

    static let contentType = "application/problem+json"

    /// The document of RFC 9457.
    func document(requestID: String) -> [UInt8] {
        var all: [JSON.Member] = [
            JSON.Member("type", .string(type.uri)), JSON.Member("title", .string(type.title)),
            JSON.Member("status", .number(type.status)),
            JSON.Member("detail", .string((detail.hasSuffix(".") ? detail : detail + ".") + " " + type.advice)),
            JSON.Member("requestId", .string(requestID)),
        ]
        all += members
        return JSON.object(all).encoded()
    }
}
