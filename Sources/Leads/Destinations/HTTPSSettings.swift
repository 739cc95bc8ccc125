/// How an endpoint of one's own is spoken to: the settings of kind `https`.
package struct HTTPSSettings: Hashable, Sendable {
    package let url: EndpointURL
    package let format: Format
    package let mode: Mode
    /// Permits private and loopback addresses, and `http`.
    package let allowsPrivate: Bool
    /// How long one attempt may take, answer included. 1 s ... 120 s.
    package let timeout: Span
    /// Requests a second at most. 0.1 ... 100,000; an endpoint of one's own is trusted with 1,000.
    package let pace: Double

    /// What the body looks like.
    package enum Format: String, CaseIterable, Sendable {
        /// The JSON that the marketplace itself sends to an endpoint.
        case marketplace
        /// A structured CloudEvent.
        case cloudevents
    }

    /// What is sent.
    package enum Mode: String, CaseIterable, Sendable {
        /// The lead as it stands; actions that come close together are sent as one.
        case state
        /// Each action once.
        case everyAction = "every-action"
    }

    static let keys = ["allow-private", "format", "mode", "pace", "timeout", "url"]
    /// The key that signs each request.
    package static let signingSecret = "signing-secret"
    static let secretKeys = [signingSecret]

    init(_ reader: SettingsReader) throws(DestinationSettingsError) {
        format = try reader.choice("format", default: .marketplace)
        mode = try reader.choice("mode", default: .state)
        allowsPrivate = try reader.flag("allow-private")
        timeout = try reader.span("timeout", default: 15 * .second, in: .second...(120 * .second))
        pace = try reader.decimal("pace", default: 1_000, in: 0.1...100_000)
        url = try reader.endpoint("url", allowsPlain: allowsPrivate)
    }
}
