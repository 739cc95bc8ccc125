internal import HTTPTypes
internal import OrderedJSON
internal import Views

/// One row of the table that registers routes and describes them in the OpenAPI document.
struct Route: Sendable {
    /// Who may call.
    enum Access: Sendable, Equatable {
        case everybody
        /// The token in the path is the secret.
        case token
        case key(Scope)
    }

    let method: HTTPRequest.Method
    /// The path; at most its last part is a parameter in braces.
    let template: String
    let operation: String
    let summary: String
    let access: Access
    var parameters: [Parameter] = []
    /// The bodies that it takes, by their types; none when it takes no body.
    var bodies: [Body] = []
    /// What it answers when all is well.
    let answers: [Reply]
    /// What it answers otherwise, besides what any route may.
    var problems: [ProblemType] = []
    let handle: @Sendable (LeadService, Exchange) async throws -> Answer

    struct Body: Sendable {
        let type: String
        let schema: Schema
    }

    struct Reply: Sendable {
        let status: Int
        let description: String
        var type = "application/json"
        var schema: Schema = .any
    }

    /// A parameter in the query, or the one in the path.
    struct Parameter: Sendable {
        let name: String
        let description: String
        let schema: Schema
        var isInPath = false
        var isHeader = false
    }

    /// The part of a template in front of its parameter; `nil` for one without.
    var prefix: String? {
        template.firstIndex(of: "{").map { String(template[..<$0]) }
    }

    /// Whether a request may wait for a thread that reads: these are counted apart from those that record.
    var parameterNames: Set<String> { Set(parameters.filter { !$0.isInPath && !$0.isHeader }.map(\.name)) }
}
