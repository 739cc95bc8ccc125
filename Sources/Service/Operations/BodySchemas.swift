internal import OrderedJSON

extension Schema {
    /// What may be sent, as far as it has names. More members may be there; they are kept.
    static let bodies: [(String, Schema)] = [
        ("Action", action), ("MarketplaceLead", marketplaceLead), ("CloudEvent", cloudEvent),
    ]

    private static let text = Schema.nullable(.string())

    /// Our own names, of which only the action is needed: a composite `leadSource` names it as well.
    private static let action = Schema.needing(
        ["action", "leadSource"],
        .object(
            [
                ("id", text), ("source", text), ("action", .string()), ("leadSource", .string()), ("offer", text),
                ("offerTitle", text), ("occurredAt", .nullable(.format("date-time"))), ("email", text),
                ("firstName", text), ("lastName", text), ("phone", text), ("country", text), ("company", text),
                ("title", text), ("description", text),
            ], required: []))

    /// The names as the marketplace writes them; they are read in any case.
    private static let marketplaceLead = Schema.needing(
        ["ActionCode", "LeadSource"],
        .object(
            [
                ("LeadSource", .string()), ("ActionCode", .string()), ("OfferTitle", text), ("Description", text),
                (
                    "UserDetails",
                    .object(
                        [
                            ("FirstName", text), ("LastName", text), ("Email", text), ("Phone", text),
                            ("Country", text), ("Company", text), ("Title", text),
                        ], required: [])
                ),
            ], required: []))

    private static let cloudEvent = Schema.object(
        [
            ("specversion", .choice(["1.0"])), ("id", .string()), ("source", .string()), ("type", .string()),
            ("time", .nullable(.format("date-time"))), ("datacontenttype", text),
            ("data", .some([.component("Action"), .component("MarketplaceLead"), .string()])),
            ("data_base64", .string()),
        ], required: ["specversion", "id", "source", "type"])

    /// One of what `POST /v1/events` takes.
    private static let event = Schema.some([
        .component("Action"), .component("MarketplaceLead"), .component("CloudEvent"),
    ])

    /// A batch of CloudEvents may be empty (JSON event format 1.0.2, section 4).
    static let elements: ClosedRange<Int> = 0...1_000

    static let events = Schema.some([event, .list(event, elements)])
    static let oneCloudEvent = Schema.component("CloudEvent")
    static let cloudEvents = Schema.list(.component("CloudEvent"), elements)
    /// A lead endpoint refuses no content: what is no lead is kept in quarantine.
    static let lead = Schema.some([event, .list(event, elements), .any])
    static let form = Schema.object([], required: [])
}
