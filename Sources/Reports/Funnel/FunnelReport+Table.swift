package import Leads

extension FunnelReport {
    /// The report as text for a terminal: what was asked, the groups, and the accounting.
    package var table: String {
        var table = TextTable(
            by.map { (title: $0.rawValue, alignment: .left) }
                + [("entered", .right), ("stage", .left), ("count", .right), ("of entered", .right)]
                + [("of previous", .right), ("timed", .right)]
                + [("p50", .right), ("p75", .right), ("p90", .right), ("p95", .right)])
        for group in groups {
            for (index, step) in group.steps.enumerated() {
                let key = by.indices.map { index == 0 ? group.key[$0] ?? "-" : "" }
                let entered = index == 0 ? String(group.entered) + (group.mature ? "" : "*") : ""
                table.add(key + [entered] + cells(of: step))
            }
        }
        var text = heading + "\n\n" + table.text + "\n"
        if groups.contains(where: { !$0.mature }) {
            text += "* immature: some entered less than \(window) ago, so later steps may still follow\n"
        }
        return text + accountingLine + "\n"
    }

    private var heading: String {
        var parts = ["policy \(policy)", "mode \(mode.rawValue)", "unit \(unit.rawValue)", "window \(window)"]
        if let since { parts.append("since \(since)") }
        if let until { parts.append("until \(until)") }
        if let asOf { parts.append("as of \(asOf)") }
        return parts.joined(separator: ", ")
    }

    private func cells(of step: Step) -> [String] {
        let times = step.times.map { times in
            [String(times.count)] + [times.p50, times.p75, times.p90, times.p95].map { $0?.roughly ?? "-" }
        }
        return [step.stage.description, String(step.count), percent(step.fromEntered), percent(step.fromPrevious)]
            + (times ?? [String](repeating: "", count: 5))
    }

    private var accountingLine: String {
        let excluded = Exclusion.allCases.compactMap { reason in
            let count = accounting.excluded[reason] ?? 0
            return count == 0 ? nil : ", \(count) excluded as \(reason.rawValue)"
        }
        return "\(accounting.events) \(accounting.events == 1 ? "event" : "events"): \(accounting.counted) counted"
            + excluded.joined()
    }

    /// One decimal, rounded to the nearest.
    private func percent(_ rate: Double?) -> String {
        guard let rate else { return "-" }
        let tenths = Int(rate * 1_000 + 0.5)
        return "\(tenths / 10).\(tenths % 10)%"
    }
}

extension Span {
    /// The two largest units of a span that is not negative, rounded down: `3d 4h`, `1m 20s`; below a minute the
    /// seconds with all their decimals.
    var roughly: String {
        let units: [(Span, String)] = [(.day, "d"), (.hour, "h"), (.minute, "m"), (.second, "s")]
        guard let first = units.firstIndex(where: { micros >= $0.0.micros }), first < 3 else {
            return secondsText + "s"
        }
        let (large, largeName) = units[first]
        let (small, smallName) = units[first + 1]
        let rest = micros % large.micros / small.micros
        return "\(micros / large.micros)\(largeName)" + (rest == 0 ? "" : " \(rest)\(smallName)")
    }
}
