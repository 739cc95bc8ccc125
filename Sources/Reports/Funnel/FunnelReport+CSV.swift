package import Leads

extension FunnelReport {
    /// The report as RFC 4180 text: a header, then one row a group and step. A missing value is an empty field.
    package var csv: String {
        var rows = [
            by.map(\.rawValue)
                + [
                    "entered", "stage", "count", "fromEntered", "fromPrevious", "n", "p50", "p75", "p90", "p95",
                    "mature",
                ]
        ]
        for group in groups {
            for step in group.steps {
                rows.append(group.key.map { $0 ?? "" } + fields(of: step, in: group))
            }
        }
        return rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private func fields(of step: Step, in group: Group) -> [String] {
        let times = step.times.map { times in
            [String(times.count)] + [times.p50, times.p75, times.p90, times.p95].map { $0?.secondsText ?? "" }
        }
        return [String(group.entered), step.stage.description, String(step.count)]
            + [step.fromEntered, step.fromPrevious].map { $0.map { String($0) } ?? "" }
            + (times ?? [String](repeating: "", count: 5)) + [String(group.mature)]
    }

    private func quoted(_ field: String) -> String {
        let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        guard field.utf8.contains(where: special.contains) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
