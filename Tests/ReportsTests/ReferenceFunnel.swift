import Foundation

/// The funnel as the contract words it, written to be obviously right and not to be fast. It shares no code with the
/// real one: events are told events, stages are numbers, and it answers with the text that scripts would read.
struct ReferenceFunnel {
    struct Question {
        var policyName = "2018-09"
        var stages = ["INS": 1, "StartTestDrive": 2, "PLT": 3, "Create": 3]
        var isOrdered = false
        var isByCustomer = false
        /// Half seconds, as all times here.
        var window = 90 * day
        var since: Int?
        var until: Int?
        var asOf: Int?
        var by: [String] = []
        var now = 365 * day
    }

    struct Counted {
        let event: Told
        let seq: Int
        let stage: Int
    }

    let events: [Told]
    let question: Question

    func answer() -> String {
        let known = events.enumerated().filter { question.asOf == nil || $0.element.recorded <= question.asOf! }
        var reasons = ["test": 0, "doNotContact": 0, "noStage": 0, "quarantined": 0]
        var countedInPeriod = 0
        var eventsInPeriod = 0
        var owners: [String: [Counted]] = [:]
        for (index, event) in known {
            if event.kind == .delivery { continue }
            let isInPeriod = isInPeriod(event.at)
            if isInPeriod { eventsInPeriod += 1 }
            if let reason = reasonNotToCount(event) {
                if isInPeriod { reasons[reason]! += 1 }
                continue
            }
            if isInPeriod { countedInPeriod += 1 }
            let owner = question.isByCustomer ? "\(event.customer)" : "\(event.customer) \(event.offer ?? "-")"
            owners[owner, default: []].append(
                Counted(event: event, seq: index + 1, stage: question.stages[event.action!]!))
        }
        let histories = owners.values
            .map { $0.sorted { ($0.event.at, $0.seq) < ($1.event.at, $1.seq) } }
            .filter { isInPeriod($0[0].event.at) }
        let excluded = ["test", "doNotContact", "noStage", "quarantined"].map { "\"\($0)\":\(reasons[$0]!)" }
        return "{\"policy\":\"\(question.policyName)\",\"mode\":\"\(question.isOrdered ? "ordered" : "reached")\","
            + "\"unit\":\"\(question.isByCustomer ? "customer" : "lead")\",\"since\":\(time(question.since)),"
            + "\"until\":\(time(question.until)),\"asOf\":\(time(question.asOf)),\"groups\":[\(groups(histories))],"
            + "\"accounting\":{\"events\":\(eventsInPeriod),\"counted\":\(countedInPeriod),"
            + "\"excluded\":{\(excluded.joined(separator: ","))}}}"
    }

    private func isInPeriod(_ at: Int) -> Bool {
        (question.since == nil || at >= question.since!) && (question.until == nil || at < question.until!)
    }

    private func reasonNotToCount(_ event: Told) -> String? {
        if event.kind == .quarantined { return "quarantined" }
        if event.isTest { return "test" }
        if event.action == "DNC" { return "doNotContact" }
        guard let action = event.action, question.stages[action] != nil else { return "noStage" }
        return nil
    }

    private func groups(_ histories: [[Counted]]) -> String {
        var members: [[String?]: [[Counted]]] = [:]
        if question.by.isEmpty { members[[]] = [] }
        for history in histories {
            let key = question.by.map { value(of: $0, history[0].event) }
            members[key, default: []].append(history)
        }
        let keys = members.keys.sorted { left, right in
            for (leftValue, rightValue) in zip(left, right) where leftValue != rightValue {
                guard let leftValue else { return true }
                guard let rightValue else { return false }
                return Array(leftValue.utf8).lexicographicallyPrecedes(Array(rightValue.utf8))
            }
            return false
        }
        return keys.map { group(key: $0, members[$0]!) }.joined(separator: ",")
    }

    private func group(key: [String?], _ histories: [[Counted]]) -> String {
        let keyText = zip(question.by, key).map { "\"\($0)\":" + ($1.map { "\"\($0)\"" } ?? "null") }
        let walks = histories.map { question.isOrdered ? orderedWalk($0) : reachedWalk($0) }
        let entered = walks.filter { $0[0] != nil }.count
        var steps: [String] = []
        var previous = entered
        for (index, name) in ["interest", "trial", "active"].enumerated() {
            let takers = walks.compactMap { $0[index] }
            var text =
                "{\"stage\":\"\(name)\",\"count\":\(takers.count),\"fromEntered\":\(rate(takers.count, entered)),"
            text += "\"fromPrevious\":\(rate(takers.count, previous))"
            if index > 0 { text += ",\"seconds\":" + seconds(takers.compactMap { $0 }) }
            steps.append(text + "}")
            previous = takers.count
        }
        let isMature = histories.allSatisfy { $0[0].event.at + question.window <= question.asOf ?? question.now }
        return "{\"key\":{\(keyText.joined(separator: ","))},\"entered\":\(entered),"
            + "\"steps\":[\(steps.joined(separator: ","))],\"mature\":\(isMature)}"
    }

    /// For each step: not taken, or taken with a time (half seconds) or without one.
    private func reachedWalk(_ history: [Counted]) -> [Int??] {
        (1...3).map { stage in
            guard let first = history.firstIndex(where: { $0.stage >= stage }) else { return .none }
            return .some(stage == 1 || first == 0 ? nil : history[first].event.at - history[0].event.at)
        }
    }

    /// Tries every choice of actions for the steps, and takes for each step the earliest time that any choice allows.
    private func orderedWalk(_ history: [Counted]) -> [Int??] {
        guard let start = history.first(where: { $0.stage == 1 }) else { return [.none, .none, .none] }
        let deadline = start.event.at + question.window
        let within = history.filter { $0.event.at <= deadline }
        var seconds: [Int] = []
        var thirds: [Int] = []
        for (first, one) in within.enumerated() where one.stage == 1 {
            for (next, two) in within.enumerated() where two.stage == 2 && next > first {
                seconds.append(two.event.at - start.event.at)
                for (last, three) in within.enumerated() where three.stage == 3 && last > next {
                    thirds.append(three.event.at - start.event.at)
                }
            }
        }
        return [.some(nil), seconds.min().map { .some($0) } ?? .none, thirds.min().map { .some($0) } ?? .none]
    }

    private func value(of dimension: String, _ event: Told) -> String? {
        let date = Date(timeIntervalSince1970: Double(event.occurredAt) / 1_000_000)
        let parts = Self.calendar.dateComponents([.year, .month, .day, .weekOfYear, .yearForWeekOfYear], from: date)
        switch dimension {
        case "offer": return event.offer
        case "publisher": return Self.publishers[event.offer ?? ""]
        case "source": return event.source
        case "country": return event.country.map { Self.countries[$0] ?? $0 }
        case "day": return String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!)
        case "week": return String(format: "%04d-W%02d", parts.yearForWeekOfYear!, parts.weekOfYear!)
        default: return String(format: "%04d-%02d", parts.year!, parts.month!)
        }
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        return calendar
    }()

    /// Of the offers and countries that random histories draw from.
    static let publishers = [
        "bitnami.openedxcypress": "bitnami", "bitnami.ghost.io": "bitnami", "adatum.crm": "adatum",
    ]
    static let countries = ["USA": "US", "united states": "US", "US": "US", "Germany": "DE", "FRA": "FR"]

    private func seconds(_ times: [Int]) -> String {
        let sorted = times.sorted()
        let percentiles = [50, 75, 90, 95].map { percent in
            let rank = Int((Double(percent) * Double(sorted.count) / 100).rounded(.up))
            return "\"p\(percent)\":" + (sorted.isEmpty ? "null" : number(sorted[rank - 1]))
        }
        return "{\"n\":\(sorted.count),\(percentiles.joined(separator: ","))}"
    }

    private func number(_ halves: Int) -> String { halves % 2 == 0 ? "\(halves / 2)" : "\(halves / 2).5" }

    private func rate(_ count: Int, _ whole: Int) -> String { whole == 0 ? "null" : "\(Double(count) / Double(whole))" }

    private func time(_ at: Int?) -> String {
        guard let at else { return "null" }
        let formatter = ISO8601DateFormatter()
        let micros = Told.start + Int64(at) * 500_000
        let text = formatter.string(from: Date(timeIntervalSince1970: Double(micros / 1_000_000)))
        return "\"" + (micros % 1_000_000 == 0 ? text : text.dropLast() + ".5Z") + "\""
    }
}
