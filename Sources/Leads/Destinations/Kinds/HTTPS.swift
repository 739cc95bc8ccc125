extension KindSpecification {
    /// An endpoint of one's own, signed as Standard Webhooks 1.0.0 says.
    static let https = KindSpecification(
        says: "an endpoint of your own: each lead is a signed POST, as marketplace JSON or a CloudEvent",
        settings: [
            .init(
                "format", .choice(["marketplace", "cloudevents"]), usual: "marketplace",
                "what the body is: the JSON that the marketplace sends, or a structured CloudEvent"),
            .init(
                "mode", .choice(["state", "every-action"]), usual: "state",
                "what is sent: the lead as it stands, or each action once"),
            .init("url", .url, isRequired: true, "where leads are posted to"),
        ],
        secrets: [.init("signing-secret", "signs each request: whsec_ and the base64 of 24 to 64 bytes")],
        isMapped: false,
        usual: Usual(pace: 1_000, parallel: 64, timeout: 15 * .second))
}
