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
    // Held here because a million events must not ask a lazy constant of another module for them.
    private let actionRecorded = UInt16(EventType.actionRecorded.rawValue)
    private let intakeQuarantined = UInt16(EventType.intakeQuarantined.rawValue)
    private let test = EventFlags.test.rawValue

    private static var actions: Int { Int(UInt16.max) + 1 }
    private static var unread: UInt8 { 255 }

    init(policy: Policy, term: @escaping (UInt32) -> String?) {
        self.policy = policy
        self.term = term
        verdicts = .allocate(capacity: Self.actions)
        verdicts.initialize(repeating: Self.unread, count: Self.actions)
        verdicts[0] = UInt8(Verdict.noStage)
        // Stands for every number too high to be stored, so it names no action.
        verdicts[Self.actions - 1] = UInt8(Verdict.noStage)
    }

    func deallocate() { verdicts.deallocate() }

    /// The verdict on an event, whenever it was recorded.
    @inline(__always)
    func verdict(_ row: UnsafePointer<EventRow>) -> Int {
        if row.pointee.type == actionRecorded {
            if row.pointee.flags & test != 0 { return Verdict.test }
            let verdict = verdicts[Int(row.pointee.action)]
            return verdict == Self.unread ? read(row.pointee.action) : Int(verdict)
        }
        return row.pointee.type == intakeQuarantined ? Verdict.quarantined : Verdict.nothing
    }

    @inline(never)
    private func read(_ number: UInt16) -> Int {
        let action = Action(term(UInt32(number)) ?? "")
        let verdict =
            action == .doNotContact ? Verdict.doNotContact : policy.stage(of: action)?.rawValue ?? Verdict.noStage
        verdicts[Int(number)] = UInt8(verdict)
        return verdict
    }
}
