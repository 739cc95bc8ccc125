/// How far a lead has come. The raw value orders the stages.
package enum Stage: Int, CaseIterable, Comparable, Sendable, CustomStringConvertible {
    case interest = 1
    case trial = 2
    case active = 3

    package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }

    package init?(name: String) {
        guard let stage = Stage.allCases.first(where: { $0.description == name }) else { return nil }
        self = stage
    }

    package var description: String {
        switch self {
        case .interest: "interest"
        case .trial: "trial"
        case .active: "active"
        }
    }
}

/// Which action means which stage. A stage is never input: another policy, another funnel, from the same events.
///
/// The marketplace changed its own reading between 2018 and 2019 ("Contact me" and "Get it now" swapped places), so a
/// policy is data with a name, and people add theirs.
package struct Policy: Hashable, Sendable {
    package let name: String
    package let stages: [Action: Stage]

    package init(name: String, stages: [Action: Stage]) {
        self.name = name
        self.stages = stages
    }

    /// The stage that `action` shows; `nil` for `DNC`, which never shows one, and for an action the policy leaves out.
    package func stage(of action: Action) -> Stage? {
        action == .doNotContact ? nil : stages[action]
    }

    /// The marketplace's reading of September 2018; the default.
    package static let september2018 = Policy(
        name: "2018-09",
        stages: [.install: .interest, .startTestDrive: .trial, .partnerLedTrial: .active, .create: .active])

    /// The marketplace's reading since August 2019.
    package static let august2019 = Policy(
        name: "2019-08",
        stages: [.partnerLedTrial: .interest, .startTestDrive: .trial, .install: .active, .create: .active])

    package static let builtIn = [september2018, august2019]
}
