/// What a fold reads of one recorded action.
package struct ActionFact: Hashable, Sendable {
    /// The event's place in the ledger; settles ties of `at`.
    package let seq: Int64
    /// When it happened, in microseconds since 1970.
    package let at: Int64
    /// The number of the action's code: 1 - 5 for `Action.known` in their order, others above, 0 for none.
    package let action: Int64
    /// The number of the country's text; 0 for none.
    package let country: Int64
    package let flags: EventFlags

    package init(seq: Int64, at: Int64, action: Int64, country: Int64, flags: EventFlags) {
        self.seq = seq
        self.at = at
        self.action = action
        self.country = country
        self.flags = flags
    }

    package var isTest: Bool { flags.contains(.test) }
    package var moment: Moment { Moment(at: at, seq: seq) }
}

/// A place in the order of things that happened: by time, and by `seq` where times are equal.
package struct Moment: Hashable, Comparable, Sendable {
    package var at: Int64
    package var seq: Int64

    package init(at: Int64, seq: Int64) {
        self.at = at
        self.seq = seq
    }

    package static let never = Moment(at: .min, seq: 0)

    package static func < (left: Moment, right: Moment) -> Bool {
        left.at != right.at ? left.at < right.at : left.seq < right.seq
    }
}

/// How often one action was taken, when first and when last.
package struct ActionCount: Hashable, Sendable {
    package var count: Int64 = 0
    package var first: Int64 = .max
    package var last = Moment.never

    package init() {}

    package init(count: Int64, first: Int64, last: Moment) {
        self.count = count
        self.first = first
        self.last = last
    }

    mutating func add(_ moment: Moment) {
        count += 1
        first = min(first, moment.at)
        last = max(last, moment)
    }
}

/// A customer's interest in one offer: the fold of that customer's actions on it.
///
/// The state does not depend on the order in which actions are read, but for which of them are tests: a lead is a test
/// until its first action that is none, and from then on tests no longer count.
package struct Lead: Hashable, Sendable {
    /// The lead's place among all leads in order of first appearance: 1, 2, 3 ...
    package var number: UInt32
    package var isTest = true
    /// The five documented actions, at their number less one.
    package var known = KnownActions()
    /// Other actions, by number.
    package var other: [Int64: ActionCount] = [:]
    /// The action that says how things stand now.
    package var latest = Moment.never
    /// The `seq` of the last event that changed this lead; what a delivery wants to bring across.
    package var version: Int64 = 0
    /// The number of the country's text that the latest action with a country gave.
    package var country: Int64 = 0
    package var countryFrom = Moment.never

    package init(number: UInt32) { self.number = number }

    package mutating func evolve(_ action: ActionFact) {
        if action.isTest && !isTest { return }
        if isTest && !action.isTest {
            self = Lead(number: number)
            isTest = false
        }
        let moment = action.moment
        version = max(version, action.seq)
        latest = max(latest, moment)
        if action.country != 0 && moment > countryFrom {
            country = action.country
            countryFrom = moment
        }
        if let index = KnownActions.index(action.action) {
            known[index].add(moment)
        } else {
            other[action.action, default: ActionCount()].add(moment)
        }
    }

    /// Whether the customer must not be contacted about this offer: the last `DNC` stands after the last `PLT`, with
    /// which a customer asks for contact.
    package var isForbidden: Bool {
        let forbids = known[Self.doNotContact]
        return forbids.count > 0 && forbids.last > known[Self.partnerLedTrial].last
    }

    /// The furthest stage that the actions show under the stages of a policy, given by action number.
    package func stage(_ stages: StageTable) -> Stage? {
        var furthest: Stage?
        func reach(_ stage: Stage?) {
            if let stage { furthest = max(furthest ?? stage, stage) }
        }
        for index in 0..<KnownActions.count where known[index].count > 0 { reach(stages[Int64(index + 1)]) }
        // A policy names few actions; a lead whose texts came from anywhere may have thousands.
        if !other.isEmpty {
            for known in stages.others where other[known.action] != nil { reach(known.stage) }
        }
        return furthest
    }

    private static let partnerLedTrial = 1
    private static let doNotContact = 2
}

/// Counts of the five documented actions, in place.
package struct KnownActions: Hashable, Sendable {
    package static let count = 5

    private var first = ActionCount()
    private var second = ActionCount()
    private var third = ActionCount()
    private var fourth = ActionCount()
    private var fifth = ActionCount()

    package init() {}

    static func index(_ number: Int64) -> Int? { 1...Int64(count) ~= number ? Int(number) - 1 : nil }

    package subscript(_ index: Int) -> ActionCount {
        get {
            switch index {
            case 0: first
            case 1: second
            case 2: third
            case 3: fourth
            default: fifth
            }
        }
        _modify {
            switch index {
            case 0: yield &first
            case 1: yield &second
            case 2: yield &third
            case 3: yield &fourth
            default: yield &fifth
            }
        }
    }
}

/// The stage of each action under a policy, by the action's number.
package struct StageTable: Hashable, Sendable {
    private let stages: [Int64: Stage]
    /// Those of actions that are not among the documented five.
    let others: [Other]

    struct Other: Hashable, Sendable {
        let action: Int64
        let stage: Stage
    }

    /// - Parameter number: the number of an action's code; `nil` when no event has it.
    package init(_ policy: Policy, number: (String) -> Int64?) {
        var stages: [Int64: Stage] = [:]
        for (action, stage) in policy.stages where policy.stage(of: action) != nil {
            if let number = number(action.code) { stages[number] = stage }
        }
        self.stages = stages
        others = stages.filter { KnownActions.index($0.key) == nil }
            .sorted { $0.key < $1.key }.map { Other(action: $0.key, stage: $0.value) }
    }

    package subscript(_ action: Int64) -> Stage? { stages[action] }
}
