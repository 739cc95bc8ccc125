package import Leads
package import Ledger

/// What only the sealed parts of events tell of a customer, brought together for a person or a CRM to see.
package struct LeadDetails {
    private let reader: LedgerReader

    package init(_ reader: LedgerReader) { self.reader = reader }

    /// An action as it was recorded; `nil` when `seq` is none. Fields whose key was destroyed are missing.
    package func action(_ seq: Int64) throws -> MarketplaceAction? {
        guard let event = try reader.event(seq, body: false), event.eventType == .actionRecorded else { return nil }
        return try action(of: event)
    }

    package func action(of event: StoredEvent) throws -> MarketplaceAction {
        try ContactPart.decode(
            try reader.contact(of: event), id: event.id.description, source: event.source, action: event.action,
            offer: event.offer, country: event.country, occurredAt: event.occurredAt)
    }

    /// The newest value of each contact field. Unseals as many events as still hold a field, one for most customers.
    /// - Parameter known: the contact of an event that was unsealed already, by its `seq`.
    package func contact(of customer: Customer, known: (seq: Int64, contact: Contact)? = nil) throws -> Contact {
        var contact = Contact()
        for source in customer.sources {
            let seq = source.moment.seq
            guard let given = try known?.seq == seq ? known?.contact : action(seq)?.contact else { continue }
            for field in Contact.Field.allCases where source.fields & field.bit != 0 {
                contact[field] = given[field]
            }
        }
        return contact
    }
}
