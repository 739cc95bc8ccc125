internal import HTTPTypes
internal import OrderedJSON
internal import Views

extension LeadService {
    /// The OpenAPI document, made of the table that the routes are registered from.
    private static let document = OpenAPI(routes.routes).json.encoded()

    func description() -> Answer { Answer(.ok, type: "application/json", Self.document) }
}

/// Describes routes as OpenAPI 3.1.
struct OpenAPI {
    let routes: [Route]

    init(_ routes: [Route]) { self.routes = routes }

    var json: JSON {
        var paths: [JSON.Member] = []
        for template in routes.map(\.template).reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
            let operations = routes.filter { $0.template == template }.map { route in
                JSON.Member(route.method.rawValue.lowercased(), operation(route))
            }
            paths.append(JSON.Member(template, .object(operations)))
        }
        return [
            "openapi": .string("3.1.0"),
            "info": [
                "title": .string("leadledger"), "version": .string("1"),
                "description": .string("Takes marketplace leads into a ledger, and answers questions about them."),
                "license": ["name": .string("Apache-2.0"), "identifier": .string("Apache-2.0")],
            ],
            "servers": .array([["url": .string("/")]]),
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "key": [
                        "type": .string("http"), "scheme": .string("bearer"),
                        "description": .string("An API key (llk_…) with the scope that the operation names."),
                    ]
                ],
                "schemas": .object(
                    (Self.schemas + Schema.bodies).map { JSON.Member($0.0, $0.1.json) } + [Self.problem]),
                "responses": .object(ProblemType.allCases.map { JSON.Member($0.rawValue, Self.response($0)) }),
            ],
        ]
    }

    private func operation(_ route: Route) -> JSON {
        var members: [JSON.Member] = [
            JSON.Member("operationId", .string(route.operation)), JSON.Member("summary", .string(route.summary)),
        ]
        if !route.parameters.isEmpty {
            members.append(JSON.Member("parameters", .array(route.parameters.map(Self.parameter))))
        }
        if !route.bodies.isEmpty {
            let content = route.bodies.map { JSON.Member($0.type, ["schema": $0.schema.json]) }
            members.append(JSON.Member("requestBody", ["required": .bool(true), "content": .object(content)]))
        }
        members.append(JSON.Member("responses", .object(replies(route))))
        switch route.access {
        case .key(let scope):
            members.append(JSON.Member("security", .array([["key": .array([])]])))
            members.append(JSON.Member("x-scope", .string(scope.rawValue)))
        case .everybody, .token: members.append(JSON.Member("security", .array([])))
        }
        return .object(members)
    }

    private static func parameter(_ parameter: Route.Parameter) -> JSON {
        [
            "name": .string(parameter.name),
            "in": .string(parameter.isInPath ? "path" : parameter.isHeader ? "header" : "query"),
            "required": .bool(parameter.isInPath), "description": .string(parameter.description),
            "schema": parameter.schema.json,
        ]
    }

    /// One member for each status; problems that share one are described together.
    private func replies(_ route: Route) -> [JSON.Member] {
        var members = route.answers.map { reply in
            JSON.Member(
                String(reply.status),
                [
                    "description": .string(reply.description),
                    "content": .object([JSON.Member(reply.type, ["schema": reply.schema.json])]),
                ])
        }
        let problems = Self.problems(of: route)
        for status in Set(problems.map(\.status)).sorted() {
            let types = problems.filter { $0.status == status }
            if types.count == 1 {
                members.append(
                    JSON.Member(
                        String(status), ["$ref": .string("#/components/responses/" + types[0].rawValue)]))
            } else {
                members.append(
                    JSON.Member(
                        String(status),
                        Self.response(types.map { "\($0.uri): \($0.title)." }.joined(separator: " "))))
            }
        }
        return members
    }

    /// The problems that a route may answer with, those included that its access and parameters bring along.
    static func problems(of route: Route) -> [ProblemType] {
        var problems = Set(route.problems)
        if case .key = route.access { problems.formUnion([.unauthenticated, .forbidden, .tooManyRequests]) }
        if !route.parameterNames.isEmpty { problems.insert(.invalidParameter) }
        return ProblemType.allCases.filter { problems.contains($0) }
    }

    private static func response(_ type: ProblemType) -> JSON { response("\(type.title). \(type.advice)") }

    private static func response(_ description: String) -> JSON {
        [
            "description": .string(description),
            "content": [
                "application/problem+json": ["schema": ["$ref": .string("#/components/schemas/Problem")]]
            ],
        ]
    }

    private static let problem = JSON.Member(
        "Problem",
        Schema.object(
            [
                ("type", .choice(ProblemType.allCases.map(\.uri))), ("title", .string()), ("status", .integer()),
                ("detail", .string()), ("requestId", .string()), ("pointer", .string()), ("parameter", .string()),
                ("scope", .string()), ("seq", .integer()), ("limit", .integer()), ("retryAfter", .integer()),
            ], required: ["type", "title", "status", "detail", "requestId"]
        ).json)

    private static let schemas: [(String, Schema)] = [
        (
            "Receipt",
            .object(
                [
                    ("seq", .integer()), ("id", .string()), ("customer", .string()), ("lead", .string()),
                    ("duplicate", .boolean),
                ], required: ["seq", "id", "customer", "lead", "duplicate"])
        ),
        (
            "Quarantined",
            .object(
                [
                    ("seq", .integer()), ("id", .string()), ("quarantined", .boolean), ("reason", .string()),
                    ("duplicate", .boolean),
                ], required: ["seq", "id", "quarantined", "reason", "duplicate"])
        ),
        ("Page", .object([("items", .array(.any)), ("cursor", .nullable(.string()))], required: ["items", "cursor"])),
        ("Health", .object([("status", .choice(["ok"]))], required: ["status"])),
        (
            "Readiness",
            .object(
                [
                    ("ready", .boolean), ("reason", .string()),
                    (
                        "ledger",
                        .object(
                            [("events", .integer()), ("synchronous", .string())], required: ["events", "synchronous"])
                    ),
                    ("views", .object([("seq", .integer()), ("lag", .integer())], required: ["seq", "lag"])),
                    ("waiting", .integer()),
                ], required: ["ready", "ledger", "views", "waiting"])
        ),
    ]
}
