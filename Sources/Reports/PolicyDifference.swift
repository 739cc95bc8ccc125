package import Leads
package import OrderedJSON
internal import Views

/// Which leads would stand elsewhere under another policy.
package struct PolicyDifference {
    private let snapshot: Snapshot

    package init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// Calls `body` for each lead, tests left out, whose stage differs; returns how many leads there are.
    package func each(_ from: Policy, _ to: Policy, _ body: (JSON) throws -> Void) throws -> Int {
        let old = snapshot.stages(of: from)
        let new = snapshot.stages(of: to)
        var leads = 0
        try snapshot.views.leads(after: -1) { row in
            guard !row.lead.isTest else { return true }
            leads += 1
            let (before, after) = (row.lead.stage(old), row.lead.stage(new))
            guard before != after else { return true }
            try body([
                "lead": .string(snapshot.leadID(row.key)), "customer": .string(snapshot.customerID(row.subject)),
                "offer": .optional(try snapshot.text(row.offer)),
                "from": .optional(before?.description), "to": .optional(after?.description),
            ])
            return true
        }
        return leads
    }
}

extension Policy {
    /// The policy as it is shown, and as a file of one's own has it.
    package var json: JSON {
        let stages = Stage.allCases.map { stage in
            JSON.Member(
                stage.description,
                .array(self.stages.filter { $0.value == stage }.map(\.key.code).sorted().map { .string($0) }))
        }
        return ["name": .string(name), "stages": .object(stages)]
    }
}
