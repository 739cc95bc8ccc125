/// One thing a customer did, as it arrived: everything the marketplace tells about it, nothing concluded from it.
package struct MarketplaceAction: Hashable, Sendable {
    /// The identity that the sender gave, if any.
    package var id: String?
    package var source: Source?
    package var action: Action?
    package var offer: Offer?
    package var offerTitle: String?
    package var occurredAt: Instant?
    package var contact: Contact
    package var description: String?
    /// The composite text, where the sender used one.
    package var leadSource: String?
    /// What else came along, in order, names as they were.
    package var other: [Extra]

    /// A field that leadledger does not know and keeps.
    package struct Extra: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        id: String? = nil, source: Source? = nil, action: Action? = nil, offer: Offer? = nil, offerTitle: String? = nil,
        occurredAt: Instant? = nil, contact: Contact = Contact(), description: String? = nil,
        leadSource: String? = nil, other: [Extra] = []
    ) {
        self.id = id
        self.source = source
        self.action = action
        self.offer = offer
        self.offerTitle = offerTitle
        self.occurredAt = occurredAt
        self.contact = contact
        self.description = description
        self.leadSource = leadSource
        self.other = other
    }

    /// Whether any field leadledger knows was filled in. Without one there is nothing to record.
    package var saysSomething: Bool {
        source != nil || action != nil || offer != nil || !contact.isEmpty
            || !(offerTitle ?? "").trimmed.isEmpty || !(description ?? "").trimmed.isEmpty
    }

    /// Whether Partner Center sent it to try a connection: the token stands in some text field.
    package var isTest: Bool {
        let texts =
            [source?.name, action?.code, offer?.text, offerTitle, description, leadSource]
            + Contact.Field.allCases.map { contact[$0] } + other.map(\.value)
        return texts.contains { $0?.contains(Marketplace.testToken) ?? false }
    }

    /// Whether source and action do not belong together, or one of them is unknown or missing.
    package var isMismatched: Bool {
        guard let source, let action else { return true }
        return !Marketplace.fits(source, action)
    }
}
