internal import OrderedJSON

/// The envelope of CloudEvents 1.0 in its structured JSON form
/// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
///
/// `source` and `id` together name the event. Attributes that say nothing about an action (`type`, `subject`,
/// extensions) stay in the body as it came.
struct CloudEvent {
    let id: String
    let source: String
    let time: String?
    /// The members of the data; `nil` where there is none.
    let data: [JSON.Member]?

    /// `nil` when the object is no CloudEvent: it has no `specversion`.
    init?(_ members: [JSON.Member]) throws(IntakeError) {
        func value(_ attribute: String) -> JSON? {
            members.first { $0.name == attribute && $0.value != .null }?.value
        }
        func text(_ attribute: String) -> String? {
            guard let text = value(attribute)?.string, !text.isEmpty else { return nil }
            return text
        }
        guard let version = value("specversion") else { return nil }
        guard version.string == "1.0" else { throw .cloudEventVersion }
        guard let id = text("id") else { throw .cloudEventWithout(attribute: "id") }
        guard let source = text("source") else { throw .cloudEventWithout(attribute: "source") }
        for (name, attribute) in [("id", id), ("source", source)] where attribute.utf8.count > IntakeLimits.field {
            throw .fieldTooLong(field: name, limit: IntakeLimits.field)
        }
        self.id = id
        self.source = source
        time = text("time")
        if let data = value("data") {
            self.data = try Self.object(data)
        } else if let encoded = value("data_base64") {
            guard let bytes = encoded.string.flatMap({ Base64.decode($0) }), let data = try? JSON.parse(bytes) else {
                throw .cloudEventData
            }
            self.data = try Self.object(data)
        } else {
            data = nil
        }
    }

    /// Data that is text holds its JSON inside, as senders write it that do not know its media type.
    private static func object(_ data: JSON) throws(IntakeError) -> [JSON.Member] {
        switch data {
        case .object(let members): return members
        case .string(let text):
            guard case .object(let members) = try? JSON.parse(text) else { throw .cloudEventData }
            return members
        default: throw .cloudEventData
        }
    }
}
