package import Leads
package import Ledger
internal import OrderedJSON

/// Reads what is sent to `POST /v1/events`: one action or an array of them, strictly.
///
/// An action is an object under the project's own names or the marketplace's, or a CloudEvent in any of its three
/// modes. What cannot be read whole is refused whole, with the place of the first fault. It remembers names it has seen
/// before, so keep one value for a thread of work.
package struct ActionRequests {
    private var objects = ActionObjects()
    private let rules: UnicodeRules

    /// Elements of an array.
    package static let elementLimit = 1_000

    package init(rules: UnicodeRules) { self.rules = rules }

    /// The events in the order of the request. That of a single object keeps the request; those of an array keep no
    /// bytes, since every field of each is in its contact part.
    package mutating func read(
        _ request: ArrivedRequest, actor: String, scope: String, window: Span
    ) throws(RequestError) -> (events: [NewEvent], isArray: Bool) {
        let form = try Self.form(of: request)
        let value: JSON
        do throws(IntakeError) {
            value =
                form.isBinary
                ? try RequestBody.structured(request, isForm: false) : try RequestBody.json(request.body[...])
        } catch {
            throw RequestError(detail: error.text(of: "body"))
        }
        let reader = (actor: actor, identity: Identity.window(scope: scope, window))
        guard case .array(let values) = value else {
            let event = try event(value, at: "", form, reader, body: request.kept)
            return ([event], false)
        }
        guard values.count <= Self.elementLimit else {
            throw RequestError(detail: "the array has more than \(Self.elementLimit) elements")
        }
        var events: [NewEvent] = []
        events.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            events.append(try event(value, at: "/\(index)", form, reader, body: nil))
        }
        return (events, true)
    }

    private struct Form {
        var requiresCloudEvent = false
        var isBinary = false
    }

    private static func form(of request: ArrivedRequest) throws(RequestError) -> Form {
        let type = MediaType(request.header("content-type") ?? "")
        switch RequestBody(request) {
        case .encoded:
            // Bytes that are not in the encoding they name are a fault of theirs, not of the name.
            let isKnown = request.headers.allSatisfy {
                $0.name != "content-encoding" || HeaderRules.isIdentity($0.value) || Gunzip.Encoding($0.value) != nil
            }
            throw RequestError(detail: "the body's content encoding cannot be read", isUnsupportedType: !isKnown)
        case _ where !type.isEmpty && !type.isJSON:
            throw RequestError(
                detail: "the content type must be application/json, application/cloudevents+json or "
                    + "application/cloudevents-batch+json", isUnsupportedType: true)
        case .cloudEvents: return Form(requiresCloudEvent: true)
        case .binaryCloudEvent: return Form(requiresCloudEvent: true, isBinary: true)
        case .json, .form: return Form()
        }
    }

    private mutating func event(
        _ value: JSON, at place: String, _ form: Form, _ reader: (actor: String, identity: Identity), body: [UInt8]?
    ) throws(RequestError) -> NewEvent {
        let whole = place.isEmpty ? "body" : "element"
        switch objects.read(value, requiresCloudEvent: form.requiresCloudEvent) {
        case .refused(let error):
            var pointer = error.field.flatMap { FieldPointer.find($0, in: value) } ?? ""
            // The data is the whole body then, and the rest of the event is headers.
            if form.isBinary { pointer = pointer.hasPrefix("/data/") ? String(pointer.dropFirst(5)) : "" }
            throw RequestError(detail: error.text(of: whole), pointer: Self.pointer(place, pointer))
        case .quarantine(let reason, _):
            throw RequestError(detail: reason, pointer: Self.pointer(place, ""))
        case .action(let action, let identity):
            guard action.action != nil else {
                throw RequestError(
                    detail: "the \(whole) names no action, neither as \"action\" nor in a composite \"leadSource\"",
                    pointer: Self.pointer(place, ""))
            }
            return action.asEvent(
                identity: identity ?? reader.identity, actor: reader.actor, rules: rules, body: body)
        }
    }

    private static func pointer(_ place: String, _ rest: String) -> String? {
        let pointer = place + rest
        return pointer.isEmpty ? nil : pointer
    }
}

/// The place of a field in an object, as a JSON pointer (RFC 6901).
enum FieldPointer {
    /// The path to the first member with this name, of the object itself, its data or its contact.
    static func find(_ name: String, in value: JSON) -> String? {
        guard case .object(let members) = value else { return nil }
        for member in members where member.name == name { return "/" + escaped(name) }
        for member in members {
            let prefix = member.name + "."
            let inner = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
            guard member.name == "data" || ActionField.holdsContact(member.name) else { continue }
            if let path = find(inner, in: member.value) { return "/" + escaped(member.name) + path }
        }
        return nil
    }

    private static func escaped(_ name: String) -> String {
        var text = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
