internal import OrderedJSON

/// The forms and programs of one instance.
struct MarketoAssets: Sendable {
    private let forms: [MarketoSettings.Form]
    private let programs: [String]
    private let fields: MarketoFields

    private static let firstProgram = 1_001

    init(_ settings: MarketoSettings, fields: MarketoFields) {
        forms = settings.forms
        programs = settings.programs
        self.fields = fields
    }

    /// The names on a form; `nil` when there is no such form.
    func fields(ofForm id: Int) -> [String]? {
        forms.first { $0.id == id }.map { $0.fields ?? fields.writable }
    }

    func hasProgram(_ name: String) -> Bool { programs.contains(name) }

    func hasProgram(id: Int) -> Bool { programs.indices.contains(id - Self.firstProgram) }

    func answer(_ call: MarketoCall, _ answers: MarketoAnswers) throws(MarketoFault) -> SimulatedAnswer {
        switch call {
        case .forms(let parameters):
            let first = max(0, parameters["offset"].flatMap { Int($0) } ?? 0)
            let count = min(200, max(1, parameters["maxReturn"].flatMap { Int($0) } ?? 20))
            let page = forms.dropFirst(first).prefix(count)
            return page.isEmpty ? answers.noAssets() : answers.success(page.map(Self.description))
        case .form(let id):
            guard let form = forms.first(where: { $0.id == id }) else { return try missing(id) }
            return answers.success([Self.description(form)])
        case .formFields(let id):
            guard let names = fields(ofForm: id) else { return try missing(id) }
            return answers.success(
                names.map { name in
                    [
                        "id": .string(name), "label": .string(fields[name]?.label ?? name),
                        "dataType": .string(fields[name]?.kind.rawValue ?? "string"),
                        "required": .bool(name == "email"),
                    ]
                })
        case .programByName(let name):
            guard let place = programs.firstIndex(of: name) else { return answers.noAssets() }
            return answers.success([
                [
                    "id": .number(Self.firstProgram + place), "name": .string(name), "type": .string("Default"),
                    "channel": .string("Content Syndication"), "status": .string(""), "workspace": .string("Default"),
                ]
            ])
        default: throw .call("610")
        }
    }

    private func missing(_ id: Int) throws(MarketoFault) -> SimulatedAnswer {
        throw .call(MarketoReason("702", "Form not found: \(id)"))
    }

    private static func description(_ form: MarketoSettings.Form) -> JSON {
        [
            "id": .number(form.id), "name": .string("Form \(form.id)"), "status": .string("approved"),
            "language": .string("English"), "locale": .string("en_US"),
        ]
    }
}
