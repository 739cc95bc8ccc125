internal import Leads

extension LeadField {
    /// Characters that it has at most, where that is known: of ids, codes and names, which are never cut.
    var longest: Int? {
        switch self {
        case .lead: 18
        case .customer: 17
        case .stage: Stage.allCases.map(\.description.utf16.count).max()
        case .action: 3
        case .source: Source.known.map(\.name.utf16.count).max()
        case .occurredAt: "2026-01-31T12:00:00.000000Z".utf16.count
        default: nil
        }
    }
}

extension MappingSettings.Constant {
    /// UTF-16 code units of a text; `nil` of anything else.
    var length: Int? { if case .text(let text) = self { text.utf16.count } else { nil } }
}
