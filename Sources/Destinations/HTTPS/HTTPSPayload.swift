package import Leads
package import OrderedJSON

/// The bodies that kind `https` can send.
package struct HTTPSPayload: Sendable {
    private let format: HTTPSSettings.Format
    private let mode: HTTPSSettings.Mode

    package init(_ settings: HTTPSSettings) {
        format = settings.format
        mode = settings.mode
    }

    package var contentType: String {
        switch format {
        case .marketplace: "application/json"
        case .cloudevents: "application/cloudevents+json"
        }
    }

    /// The body, whose bytes are its encoding.
    package func json(_ outgoing: Outgoing) -> JSON {
        switch format {
        case .marketplace: Self.marketplace(outgoing)
        case .cloudevents: cloudEvent(outgoing)
        }
    }

    /// SHA-256 of what the body tells of the lead: equal for two versions that would tell the destination the same.
    ///
    /// Ids and times are left out, or no two CloudEvents would ever be equal.
    package func contentDigest(_ outgoing: Outgoing) -> [UInt8] {
        switch format {
        case .marketplace: return sha256(json(outgoing).encoded())
        case .cloudevents:
            var content = outgoing
            content.action.id = nil
            content.action.occurredAt = nil
            return sha256(Self.data(content, occurredAt: nil).encoded())
        }
    }

    /// What makes a body safe to send twice: the same for every attempt that tells the same of one version of the lead,
    /// and another as soon as it tells something else. A version alone would not do: a customer's contact may change
    /// through another lead while this one waits for its next attempt. It has no `.`, which parts the fields of a
    /// signature.
    ///
    /// An action that is sent as it came has one content for ever; only the lead around it changes.
    package func idempotencyKey(_ outgoing: Outgoing, content digest: [UInt8]) -> String {
        guard mode == .state else { return "\(outgoing.delivery)_\(outgoing.version)" }
        let content = Hexadecimal.text(digest.prefix(6))
        return "\(outgoing.delivery)_\(outgoing.version)_\(content)"
    }

    /// The JSON the marketplace sends to an endpoint: its key set and its spelling, every value a text, none left out.
    static func marketplace(_ outgoing: Outgoing) -> JSON {
        let action = outgoing.action
        let contact = action.contact
        let text = { (value: String?) in JSON.string(value ?? "") }
        let title = action.offerTitle.flatMap { $0.trimmed.isEmpty ? nil : $0 }
        return [
            "UserDetails": [
                "FirstName": text(contact.firstName),
                "LastName": text(contact.lastName),
                "Email": text(contact.email),
                "Phone": text(contact.phone),
                "Country": text(contact.country),
                "Company": text(contact.company),
                "Title": text(contact.title),
            ],
            "LeadSource": text(action.source?.name),
            // The marketplace's own way to say that this customer must not be contacted.
            "ActionCode": text(outgoing.isContactable ? action.action?.code : Action.doNotContact.code),
            "OfferTitle": text(title ?? action.offer?.text),
            "Description": text(action.description),
        ]
    }

    /// A structured CloudEvent 1.0
    /// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
    private func cloudEvent(_ outgoing: Outgoing) -> JSON {
        [
            "specversion": .string("1.0"),
            "id": .string(idempotencyKey(outgoing, content: contentDigest(outgoing))),
            "source": .string("/ledgers/\(outgoing.ledger)"),
            "type": .string(eventType),
            "subject": .string(outgoing.customer),
            "time": .string(outgoing.occurredAt.description),
            "datacontenttype": .string("application/json"),
            "seq": .number(outgoing.version),
            "data": Self.data(outgoing, occurredAt: outgoing.occurredAt),
        ]
    }

    private var eventType: String {
        switch mode {
        case .state: "io.leadledger.LeadChanged.v1"
        case .everyAction: "io.leadledger.ActionRecorded.v1"
        }
    }

    /// An action by leadledger's own names, then where its lead stands. Fields without a value are left out.
    private static func data(_ outgoing: Outgoing, occurredAt: Instant?) -> JSON {
        let action = outgoing.action
        var fields: [(String, String?)] = [
            ("id", action.id), ("source", action.source?.name), ("action", action.action?.code),
            ("offer", action.offer?.text), ("offerTitle", action.offerTitle), ("occurredAt", occurredAt?.description),
        ]
        fields += Contact.Field.allCases.map { ($0.rawValue, action.contact[$0]) }
        fields.append(("description", action.description))
        fields.append(("lead", outgoing.lead))
        fields.append(("stage", outgoing.stage?.description))
        var members = fields.compactMap { name, value in value.map { JSON.Member(name, .string($0)) } }
        members.append(JSON.Member("contactable", .bool(outgoing.isContactable)))
        return .object(members)
    }
}
