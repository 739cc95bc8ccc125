package import Leads
package import OrderedJSON

extension FunnelReport {
    /// The report as scripts read it.
    package var json: JSON {
        [
            "policy": .string(policy),
            "mode": .string(mode.rawValue),
            "unit": .string(unit.rawValue),
            "since": .optional(since?.description),
            "until": .optional(until?.description),
            "asOf": .optional(asOf?.description),
            "groups": .array(groups.map { json(of: $0) }),
            "accounting": accounting.json,
        ]
    }

    private func json(of group: Group) -> JSON {
        [
            "key": .object(zip(by, group.key).map { JSON.Member($0.rawValue, .optional($1)) }),
            "entered": .number(group.entered),
            "steps": .array(group.steps.map(\.json)),
            "mature": .bool(group.mature),
        ]
    }
}

extension FunnelReport.Step {
    fileprivate var json: JSON {
        var members = [
            JSON.Member("stage", .string(stage.description)),
            JSON.Member("count", .number(count)),
            JSON.Member("fromEntered", fromEntered.map { .number($0) } ?? .null),
            JSON.Member("fromPrevious", fromPrevious.map { .number($0) } ?? .null),
        ]
        if let times { members.append(JSON.Member("seconds", times.json)) }
        return .object(members)
    }
}

extension FunnelReport.Times {
    fileprivate var json: JSON {
        [
            "n": .number(count), "p50": seconds(p50), "p75": seconds(p75), "p90": seconds(p90), "p95": seconds(p95),
        ]
    }

    private func seconds(_ span: Span?) -> JSON { span.map { .number($0.secondsText) } ?? .null }
}

extension FunnelReport.Accounting {
    fileprivate var json: JSON {
        [
            "events": .number(events),
            "counted": .number(counted),
            "excluded": .object(
                FunnelReport.Exclusion.allCases.map { JSON.Member($0.rawValue, .number(excluded[$0] ?? 0)) }),
        ]
    }
}

extension Span {
    /// The seconds of a span that is not negative, exactly: whole where they are whole, else with up to six decimals.
    var secondsText: String {
        let whole = String(micros / Span.second.micros)
        let fraction = String(Span.second.micros + micros % Span.second.micros).dropFirst()
        let end = fraction.lastIndex { $0 != "0" }
        return end.map { whole + "." + fraction[...$0] } ?? whole
    }
}
