internal import Leads
internal import Views

/// What a policy makes of each event, looked up in a table of action numbers.
struct ActionReading {
    /// What one event is to a funnel. Steps 1, 2 and 3 are counted actions.
    enum Verdict {
        /// Some other event, or one the ledger did not know yet.
        static var nothing: Int { 0 }
        static var test: Int { 4 }
        static var doNotContact: Int { 5 }
        static var noStage: Int { 6 }
        static var quarantined: Int { 7 }
        static var count: Int { 8 }
    }

    private let policy: Policy
    private let term: (UInt32) -> String?
    private let verdicts: UnsafeMutablePointer<UInt8>
    private let highestTerm: Int
    // Held here because a million events must not ask a lazy constant of another module for them.
    private let actionRecorded = UInt32(EventType.actionRecorded.rawValue)
    private let intakeQuarantined = UInt32(EventType.intakeQuarantined.rawValue)
    private let test = UInt32(EventFlags.test.rawValue)
    private let flagBits = EventRow.flagBits

    private static var unread: UInt8 { 255 }

    /// - Parameter terms: the highest number of a term.
    init(policy: Policy, terms: Int, term: @escaping (UInt32) -> String?) {
        self.policy = policy
        self.term = term
        highestTerm = terms
        verdicts = .allocate(capacity: terms + 1)
        verdicts.initialize(repeating: Self.unread, count: terms + 1)
        verdicts[0] = UInt8(Verdict.noStage)
    }

    func deallocate() { verdicts.deallocate() }

    /// The verdict on an event, whenever it was recorded.
    @inline(__always)
    func verdict(_ row: UnsafePointer<EventRow>) throws(DamagedRows) -> Int {
        let word = row.pointee.typeAndFlags
        let type = word &>> flagBits
        if type == actionRecorded {
            if word & test != 0 { return Verdict.test }
            let action = Int(row.pointee.action)
            guard action <= highestTerm else { throw DamagedRows("an action has a number that no text has") }
            let verdict = verdicts[action]
            return verdict == Self.unread ? read(row.pointee.action) : Int(verdict)
        }
        return type == intakeQuarantined ? Verdict.quarantined : Verdict.nothing
    }

    @inline(never)
    private func read(_ number: UInt32) -> Int {
        let action = Action(term(number) ?? "")
        let verdict =
            action == .doNotContact ? Verdict.doNotContact : policy.stage(of: action)?.rawValue ?? Verdict.noStage
        verdicts[Int(number)] = UInt8(verdict)
        return verdict
    }
}
