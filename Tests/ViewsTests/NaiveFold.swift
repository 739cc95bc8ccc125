import Leads
import LedgerTestKit

/// What the actions of a history come to, told in the plainest way: for each lead, read all its actions again.
struct NaiveFold {
    struct Lead: Equatable, CustomStringConvertible {
        var isTest: Bool
        var isForbidden: Bool
        var counts: [String: Int64]
        var stage: Stage?
        var version: Int64

        var description: String {
            "test \(isTest), forbidden \(isForbidden), \(counts.sorted { $0.key < $1.key }), "
                + "stage \(stage?.description ?? "none"), version \(version)"
        }
    }

    struct Customer: Equatable {
        var actions: Int64
        var first: Int64
        var last: Int64
        var isTest: Bool
    }

    struct Key: Hashable {
        let customer: Int
        let offer: String
    }

    private(set) var leads: [Key: Lead] = [:]
    private(set) var customers: [Int: Customer] = [:]

    init(_ acts: [RandomHistory.Act], _ policy: Policy) {
        let byLead = Dictionary(grouping: acts) { Key(customer: $0.customer, offer: $0.offer) }
        leads = byLead.mapValues { Self.lead($0, policy) }
        customers = Dictionary(grouping: acts, by: \.customer).mapValues { acts in
            Customer(
                actions: Int64(acts.count), first: acts.map(\.at.micros).min() ?? 0,
                last: acts.map(\.at.micros).max() ?? 0, isTest: acts.allSatisfy(\.isTest))
        }
    }

    private static func lead(_ all: [RandomHistory.Act], _ policy: Policy) -> Lead {
        let isTest = all.allSatisfy(\.isTest)
        let acts = isTest ? all : all.filter { !$0.isTest }
        let ordered = acts.sorted { ($0.at, $0.seq) < ($1.at, $1.seq) }
        let consent = ordered.last { $0.action == "DNC" || $0.action == "PLT" }
        var counts: [String: Int64] = [:]
        for act in acts { counts[act.action, default: 0] += 1 }
        return Lead(
            isTest: isTest, isForbidden: consent?.action == "DNC", counts: counts,
            stage: acts.compactMap { policy.stage(of: Action($0.action)) }.max(),
            version: acts.map(\.seq).max() ?? 0)
    }
}
