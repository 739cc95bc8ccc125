internal import Leads
internal import OrderedJSON

/// A refusal in the shape of HubSpot.
struct HubSpotFault: Error {
    let status: Int
    let category: String
    let message: String
    var details: [JSON] = []
    var members: [JSON.Member] = []

    static func invalid(_ message: String) -> HubSpotFault {
        HubSpotFault(status: 400, category: "VALIDATION_ERROR", message: message)
    }

    /// Properties of one record that are not taken.
    static func properties(_ problems: [Problem], portal: Int64) -> HubSpotFault {
        let list = JSON.array(
            problems.map { problem in
                [
                    "isValid": .bool(false), "message": .string(problem.message), "error": .string(problem.code),
                    "name": .string(problem.property), "localizedErrorMessage": .string(problem.message),
                    "portalId": .number(portal),
                ]
            })
        return HubSpotFault(
            status: 400, category: "VALIDATION_ERROR", message: "Property values were not valid: \(list.text)",
            details: problems.map { problem in
                [
                    "message": .string(problem.message), "code": .string(problem.code),
                    "context": ["propertyName": .array([.string(problem.property)])],
                ]
            })
    }

    /// What is wrong with one property of a record.
    struct Problem {
        let property: String
        let code: String
        let message: String
    }

    static func conflict(id: Int64) -> HubSpotFault {
        HubSpotFault(
            status: 409, category: "CONFLICT", message: "Contact already exists. Existing ID: \(id)")
    }

    static let notFound = HubSpotFault(
        status: 404, category: "OBJECT_NOT_FOUND", message: "resource not found")

    static func authentication(_ category: String) -> HubSpotFault {
        HubSpotFault(
            status: 401, category: category,
            message: category == "EXPIRED_AUTHENTICATION"
                ? "The access token is expired or was revoked."
                : "Authentication credentials not found. This API supports OAuth 2.0 authentication.")
    }

    static func scope(_ scope: String) -> HubSpotFault {
        HubSpotFault(
            status: 403, category: "MISSING_SCOPES",
            message: "This app hasn't been granted all required scopes to make this call.",
            details: [
                [
                    "message": .string("One or more of the following scopes are required."),
                    "context": ["requiredGranularScopes": .array([.string(scope)])],
                ]
            ])
    }

    /// - Parameter policy: the limit that was reached: `SECONDLY`, `TEN_SECONDLY_ROLLING` or `DAILY`.
    static func limit(_ policy: String) -> HubSpotFault {
        HubSpotFault(
            status: 429, category: "RATE_LIMITS",
            message: "You have reached your \(policy.lowercased()) limit.",
            members: [
                JSON.Member("errorType", .string("RATE_LIMIT")), JSON.Member("policyName", .string(policy)),
                JSON.Member("groupName", .string("publicapi:private_app-api-calls")),
            ])
    }

    /// The answer to a call that failed as a whole.
    ///
    /// What was seen of answers to calls above a limit has no category.
    var answer: SimulatedAnswer {
        let correlation = (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 16) }
            .joined(separator: "-")
        return HubSpotFault.json(
            status,
            .object(
                [
                    JSON.Member("status", .string("error")), JSON.Member("message", .string(message)),
                    JSON.Member("correlationId", .string(correlation)),
                ] + (details.isEmpty ? [] : [JSON.Member("errors", .array(details))]) + members
                    + (status == 429 ? [] : [JSON.Member("category", .string(category))])))
    }

    /// One of the errors of a batch that failed in part.
    /// - Parameter trace: what the sender called the input; without it nothing says which one it was.
    func entry(trace: String?) -> JSON {
        .object(
            [
                JSON.Member("status", .string("error")), JSON.Member("category", .string(category)),
                JSON.Member("message", .string(message)),
            ] + (trace.map { [JSON.Member("context", ["objectWriteTraceId": .array([.string($0)])])] } ?? []))
    }

    static func json(_ status: Int, _ json: JSON) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status, headers: [("content-type", "application/json;charset=utf-8")], body: json.encoded())
    }

    /// A time to the millisecond, as HubSpot writes it.
    static func time(_ instant: Instant) -> JSON {
        .string(Instant(micros: instant.micros / 1_000 * 1_000).description)
    }
}
