internal import HTTPTypes
internal import Leads
internal import Reports
internal import Views

extension Route {
    /// Every route there is. What is not here is neither answered nor described.
    static let all = arriving + reading + operations

    static let arriving = [
        Route(
            method: .post, template: "/in/{token}", operation: "takeLead",
            summary: "Takes what a marketplace posts to a lead endpoint, and answers once it is durable.",
            access: .token,
            parameters: [
                Parameter(
                    name: "token", description: "The endpoint's token, the only secret.",
                    schema: .string("^lle_[a-z2-7]{40}$"), isInPath: true)
            ],
            bodies: [
                Body(type: "application/json", schema: .lead),
                Body(type: "application/x-www-form-urlencoded", schema: .form),
                Body(type: "application/cloudevents+json", schema: .oneCloudEvent),
                Body(type: "application/cloudevents-batch+json", schema: .cloudEvents),
            ],
            answers: [
                Reply(status: 201, description: "New.", schema: .oneOrMore("Receipt")),
                Reply(status: 200, description: "Known; nothing was appended.", schema: .oneOrMore("Receipt")),
                Reply(
                    status: 202, description: "Kept in quarantine: it could not be read as a lead.",
                    schema: .either([.component("Quarantined"), .array(.any)])),
            ],
            problems: [.unknownEndpoint, .bodyTooLarge, .busy, .ledgerUnavailable],
            handle: { try await $0.takeLead($1) }),
        Route(
            method: .post, template: "/v1/events", operation: "takeEvents",
            summary: "Takes one action or CloudEvent, or an array of them, and answers once they are durable.",
            access: .key(.ingest),
            parameters: [
                Parameter(
                    name: "Idempotency-Key", description: "Makes the same request again give the same answer.",
                    schema: .string("^[!-~]{1,255}$"), isHeader: true)
            ],
            bodies: [
                Body(type: "application/json", schema: .events),
                Body(type: "application/cloudevents+json", schema: .oneCloudEvent),
                Body(type: "application/cloudevents-batch+json", schema: .cloudEvents),
            ],
            answers: [
                Reply(status: 201, description: "At least one is new.", schema: .oneOrMore("Receipt")),
                Reply(status: 200, description: "All are known.", schema: .oneOrMore("Receipt")),
            ],
            problems: [
                .invalidBody, .invalidIdempotencyKey, .conflict, .idempotencyKeyInUse, .bodyTooLarge, .unsupportedType,
                .idempotencyKeyReused, .busy, .ledgerUnavailable,
            ],
            handle: { try await $0.takeEvents($1) }),
    ]

    static let operations = [
        Route(
            method: .get, template: "/healthz", operation: "health", summary: "Says that the process answers.",
            access: .everybody,
            answers: [Reply(status: 200, description: "It does.", schema: .component("Health"))],
            handle: { service, _ in service.health() }),
        Route(
            method: .get, template: "/readyz", operation: "readiness",
            summary: "Says whether the service takes requests, and how far its parts are.", access: .everybody,
            answers: [
                Reply(status: 200, description: "Ready.", schema: .component("Readiness")),
                Reply(
                    status: 503, description: "The last commit failed, or the service is ending: `reason` says which.",
                    schema: .component("Readiness")),
            ],
            handle: { service, _ in service.readiness() }),
        Route(
            method: .get, template: "/metrics", operation: "metrics", summary: "Figures as Prometheus text.",
            access: .everybody,
            answers: [
                Reply(
                    status: 200, description: "Figures.", type: "text/plain; version=0.0.4; charset=utf-8",
                    schema: .string())
            ],
            problems: [.busy],
            handle: { service, _ in try await service.figures() }),
        Route(
            method: .get, template: "/openapi.json", operation: "description", summary: "This document.",
            access: .everybody, answers: [Reply(status: 200, description: "OpenAPI 3.1.")],
            handle: { service, _ in service.description() }),
    ]
}

extension Schema {
    static func oneOrMore(_ name: String) -> Schema { .either([.component(name), .array(.component(name))]) }
}
