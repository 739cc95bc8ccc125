internal import Leads
internal import Views

/// What a policy makes of each event, looked up in a table of action numbers.
struct ActionReading {
    /// What one event is to a funnel. Steps 1, 2 and 3 are counted actions.
    enum Verdict {
        /// Some other event, or one the ledger did not know yet.
        static let nothing = 0
        static let test = 4
        static let doNotContact = 5
        static let noStage = 6
        static let quarantined = 7
        static let count = 8
        fileprivate static let unread: UInt8 = 255
    }

    private let policy: Policy
    private let term: (UInt32) -> String?
    private let verdicts: UnsafeMutablePointer<UInt8>
    private static let actions = Int(UInt16.max) + 1

    init(policy: Policy, term: @escaping (UInt32) -> String?) {
        self.policy = policy
        self.term = term
        verdicts = .allocate(capacity: Self.actions)
        verdicts.initialize(repeating: Verdict.unread, count: Self.actions)
        verdicts[0] = UInt8(Verdict.noStage)
        // Stands for every number too high to be stored, so it names no action.
        verdicts[Self.actions - 1] = UInt8(Verdict.noStage)
    }

    func deallocate() { verdicts.deallocate() }

    /// The verdict on an event, whenever it was recorded.
    @inline(__always)
    func verdict(_ row: UnsafePointer<EventRow>) -> Int {
        if row.pointee.type == Self.actionRecorded {
            if row.pointee.flags & EventFlags.test.rawValue != 0 { return Verdict.test }
            let verdict = verdicts[Int(row.pointee.action)]
            return verdict == Verdict.unread ? read(row.pointee.action) : Int(verdict)
        }
        return row.pointee.type == Self.intakeQuarantined ? Verdict.quarantined : Verdict.nothing
    }

    private static let actionRecorded = UInt16(EventType.actionRecorded.rawValue)
    private static let intakeQuarantined = UInt16(EventType.intakeQuarantined.rawValue)

    @inline(never)
    private func read(_ number: UInt16) -> Int {
        let action = Action(term(UInt32(number)) ?? "")
        let verdict =
            action == .doNotContact ? Verdict.doNotContact : policy.stage(of: action)?.rawValue ?? Verdict.noStage
        verdicts[Int(number)] = UInt8(verdict)
        return verdict
    }
}
