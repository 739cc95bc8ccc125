package import Leads
package import Ledger
internal import OrderedJSON

/// Reads what arrives at a lead endpoint. It never refuses: what is no lead becomes an event that keeps it in
/// quarantine, with a reason that shows nothing of it.
///
/// Read are the marketplace's JSON in any key case and the project's own, one object or an array; web forms;
/// CloudEvents in each of their three modes. What says nothing of its type is read as JSON. It remembers names it has
/// seen before, so keep one value for a thread of work.
package struct LeadRequests {
    private var objects = ActionObjects()
    private let rules: UnicodeRules

    /// An array of more elements is kept in quarantine as a whole: each would carry the headers of all.
    package static let elementLimit = 1_000

    package init(rules: UnicodeRules) { self.rules = rules }

    /// One event for each lead in the request.
    /// - Parameters:
    ///   - offer: the offer of leads that name none.
    ///   - actor: `endpoint:NAME`.
    ///   - scope: what keeps the arrivals of this endpoint apart from those of others.
    ///   - window: how long an equal arrival without identity counts as the same.
    package mutating func read(
        _ request: ArrivedRequest, offer: String, actor: String, scope: String, window: Span
    ) -> [NewEvent] {
        var arrival = Arrival(
            request: request, offer: objects.terms.offer(offer), actor: actor,
            identity: .window(scope: scope, window))
        let form = RequestBody(request)
        if case .binaryCloudEvent = form { arrival.hasAttributes = true }
        do throws(IntakeError) {
            switch form {
            case .encoded: return [arrival.quarantine("the body's content encoding cannot be read")]
            case .form: return [event(objects.read(form: try FormFields.read(request.body)), of: arrival)]
            case .binaryCloudEvent(let isForm):
                let value = try RequestBody.structured(request, isForm: isForm)
                return [event(objects.read(value, requiresCloudEvent: true), of: arrival)]
            case .json: return try events(&arrival, requiresCloudEvent: false)
            case .cloudEvents: return try events(&arrival, requiresCloudEvent: true)
            }
        } catch {
            // What told it from others is lost, so it is taken for another each time: better twice than lost.
            if case .cloudEventNameBytes = error {
                return [arrival.quarantine(error.text(of: "body"), identity: Identity.none)]
            }
            return [arrival.quarantine(error.text(of: "body"))]
        }
    }

    private mutating func events(
        _ arrival: inout Arrival, requiresCloudEvent: Bool
    ) throws(IntakeError) -> [NewEvent] {
        let value = try RequestBody.json(arrival.request.body[...])
        guard case .array(let values) = value else {
            return [event(objects.read(value, requiresCloudEvent: requiresCloudEvent), of: arrival)]
        }
        guard !values.isEmpty else { return [arrival.quarantine("the array is empty")] }
        guard values.count <= Self.elementLimit else {
            return [arrival.quarantine("the array has more than \(Self.elementLimit) elements")]
        }
        let ranges = ArrayElements.ranges(arrival.request.body[...])
        var events: [NewEvent] = []
        events.reserveCapacity(values.count)
        for (value, range) in zip(values, ranges) {
            arrival.element = range
            events.append(event(objects.read(value, requiresCloudEvent: requiresCloudEvent), of: arrival))
        }
        return events
    }

    private func event(_ reading: ActionReading, of arrival: Arrival) -> NewEvent {
        switch reading {
        case .refused(let error): return arrival.quarantine(error.text(of: "body"))
        case .quarantine(let reason, let identity): return arrival.quarantine(reason, identity: identity)
        case .action(let action, let identity):
            guard action.contact.showsSomebody else {
                return arrival.quarantine("no contact field is filled in", identity: identity)
            }
            return action.asEvent(
                identity: identity ?? arrival.identity, actor: arrival.actor, rules: rules, body: arrival.kept,
                offer: arrival.offer)
        }
    }
}

/// A request at an endpoint, or one element of it.
private struct Arrival {
    let request: ArrivedRequest
    let offer: Offer?
    let actor: String
    /// The identity of what has none of its own.
    let identity: Identity
    /// Where the element stands in the body; `nil` for the body as a whole.
    var element: Range<Int>?
    /// Whether headers are part of what it says: the attributes of a CloudEvent.
    var hasAttributes = false

    var kept: [UInt8] {
        guard let element else { return request.kept }
        return request.kept(body: request.body[element], headerBytes: ArrivedRequest.keptElementHeaderBytes)
    }

    /// Known again by its own bytes, and the attributes where it is a CloudEvent that has them in headers: all other
    /// headers change with the hour and the way it came.
    func quarantine(_ reason: String, identity: Identity? = nil) -> NewEvent {
        var event = NewEvent.quarantine(reason: reason, body: kept, identity: identity ?? self.identity, actor: actor)
        let body = element.map { Array(request.body[$0]) } ?? request.body
        event.content =
            hasAttributes
            ? NewEvent.quarantineContent(body, attributes: request.headers.filter { $0.name.hasPrefix("ce-") })
            : NewEvent.quarantineContent(body)
        event.offer = offer?.text
        return event
    }
}

extension Contact {
    /// Whether any field has a character that can be seen.
    var showsSomebody: Bool {
        Field.allCases.contains { field in
            guard let text = self[field], let first = text.utf8.first else { return false }
            return (0x21...0x7e).contains(first) || text.unicodeScalars.contains(where: \.canBeSeen)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var canBeSeen: Bool {
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return false }
        return switch properties.generalCategory {
        case .control, .format, .unassigned, .surrogate, .privateUse: false
        default: true
        }
    }
}
