internal import HTTPTypes
internal import Leads
internal import Reports
internal import Views

extension Route {
    /// The questions: the command line's reports with its options as query parameters.
    static let reading = [
        Route(
            method: .get, template: "/v1/leads", operation: "listLeads",
            summary: "Leads as they stand: one for each customer and offer.", access: .key(.read),
            parameters: [
                .query("stage", "Only leads at this stage.", .choice(Stage.allCases.map(\.description))),
                .query("offer", "Only leads of this offer.", .string()),
                .query("search", "Only leads with this text in name, company, email or offer.", .string()),
                .query("test", "Lists the test leads, which are otherwise left out.", .boolean),
            ] + Parameter.paging,
            answers: [.list], problems: [.busy, .ledgerUnavailable, .viewsUnavailable],
            handle: { try await $0.listLeads($1) }),
        Route(
            method: .get, template: "/v1/leads/{customer}", operation: "showCustomer",
            summary: "All that is known of one customer.", access: .key(.read),
            parameters: [
                Parameter(
                    name: "customer", description: "An id (cus_…) or a percent-encoded email.", schema: .string(),
                    isInPath: true),
                .query("as-of", "As the ledger knew at this time.", .format("date-time")),
            ],
            answers: [Reply(status: 200, description: "The customer.", schema: .object([], required: ["customer"]))],
            problems: [.malformedRequest, .unknownCustomer, .busy, .ledgerUnavailable, .viewsUnavailable],
            handle: { try await $0.showCustomer($1) }),
        Route(
            method: .get, template: "/v1/funnel", operation: "showFunnel",
            summary: "How far leads have come, from interest over trial to active.", access: .key(.read),
            parameters: [
                .query("policy", "Which action means which stage.", .string()),
                .query("mode", "How steps are counted.", .choice(FunnelQuery.Mode.allCases.map(\.rawValue))),
                .query("unit", "What is counted.", .choice(FunnelQuery.Unit.allCases.map(\.rawValue))),
                .query("window", "How long a lead may take, such as 90d.", .string("^[0-9]+[dhms]$")),
                .query("since", "Only leads that entered at or after this time …", .format("date-time")),
                .query("until", "… and before this time.", .format("date-time")),
                .query(
                    "by", "Groups, several with commas: offer, publisher, source, country, day, week, month.", .string()
                ),
                .query("as-of", "As the ledger knew at this time.", .format("date-time")),
            ],
            answers: [Reply(status: 200, description: "The report.", schema: .object([], required: ["groups"]))],
            problems: [.busy, .ledgerUnavailable, .viewsUnavailable], handle: { try await $0.showFunnel($1) }),
        Route(
            method: .get, template: "/v1/audit", operation: "listAttempts",
            summary: "Every attempt to deliver: when, where, what, and what came back.", access: .key(.read),
            parameters: [
                .query("customer", "Only this customer: an id or an email.", .string()),
                .query("destination", "Only this destination.", .string()),
                .query("since", "Only attempts at or after this time …", .format("date-time")),
                .query("until", "… and before this time.", .format("date-time")),
                .query("outcome", "Only attempts that ended so.", .choice(Outcome.allCases.map(\.rawValue))),
            ] + Parameter.paging,
            answers: [.list], problems: [.busy, .ledgerUnavailable, .viewsUnavailable],
            handle: { try await $0.listAttempts($1) }),
        Route(
            method: .get, template: "/v1/deliveries", operation: "listDeliveries",
            summary: "What is to be brought to destinations, and how far that has come.", access: .key(.read),
            parameters: [
                .query("state", "Only those in this state.", .choice(DeliveryList.states)),
                .query("destination", "Only those of this destination.", .string()),
            ] + Parameter.paging,
            answers: [.list], problems: [.busy, .ledgerUnavailable, .viewsUnavailable],
            handle: { try await $0.listDeliveries($1) }),
        Route(
            method: .get, template: "/v1/events", operation: "listEvents", summary: "The ledger as CloudEvents.",
            access: .key(.read),
            parameters: [
                .query("from", "The first event.", .integer(1...Int64.max)),
                .query("to", "The last event.", .integer(0...Int64.max)),
                .query("type", "Only events of this type.", .choice(EventType.allCases.map(\.name))),
            ] + Parameter.paging,
            answers: [.list], problems: [.busy, .ledgerUnavailable], handle: { try await $0.listEvents($1) }),
    ]
}

extension Route.Reply {
    fileprivate static let list = Self(status: 200, description: "A page of the list.", schema: .component("Page"))
}

extension Route.Parameter {
    fileprivate static func query(_ name: String, _ description: String, _ schema: Schema) -> Self {
        Self(name: name, description: description, schema: schema)
    }

    fileprivate static let paging = [
        Self.query("limit", "At most so many; 100 by default.", .integer(LeadService.pageSizes)),
        Self.query("cursor", "Where the page before ended.", .string()),
    ]
}
