/// How an endpoint of one's own is spoken to: the settings of kind `https`.
package struct HTTPSSettings: Hashable, Sendable {
    package let url: EndpointURL
    package let format: Format
    package let mode: Mode

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

    /// The key that signs each request.
    package static let signingSecret = "signing-secret"

    /// - Parameter settings: of kind `https`, whose url and choices were checked when they were read.
    package init(_ settings: DestinationSettings) {
        precondition(settings.kind == .https, "these are settings of another kind")
        guard let url = settings.url("url") else { preconditionFailure("https settings without a url") }
        self.url = url
        format = settings.text("format").flatMap(Format.init(rawValue:)) ?? .marketplace
        mode = settings.takesEveryAction ? .everyAction : .state
    }
}
