/// A funnel: how many leads entered, how far they came, how long it took, and what was not counted.
package struct FunnelReport: Hashable, Sendable {
    package let policy: String
    package let mode: FunnelQuery.Mode
    package let unit: FunnelQuery.Unit
    package let window: Span
    package let since: Instant?
    package let until: Instant?
    package let asOf: Instant?
    /// The dimensions of every group's key.
    package let by: [FunnelQuery.Dimension]
    /// Sorted by key, dimension after dimension: a missing value first, then texts by their UTF-8 bytes.
    package let groups: [Group]
    package let accounting: Accounting

    package init(_ query: FunnelQuery, groups: [Group], accounting: Accounting) {
        policy = query.policy.name
        mode = query.mode
        unit = query.unit
        window = query.window
        since = query.since
        until = query.until
        asOf = query.asOf
        by = query.by
        self.groups = groups
        self.accounting = accounting
    }

    /// The leads that entered alike.
    package struct Group: Hashable, Sendable {
        /// One value for each dimension asked for, in their order; `nil` where the entry did not say.
        package let key: [String?]
        package let entered: Int
        package let steps: [Step]
        /// Whether every lead has had the whole window to go on. Counts of an immature group still grow.
        package let mature: Bool

        /// - Parameters:
        ///   - counts: the leads that took step 1, 2, 3.
        ///   - times: the times to take them; none for step 1.
        package init(key: [String?], entered: Int, counts: [Int], times: [Times?], mature: Bool) {
            self.key = key
            self.entered = entered
            self.mature = mature
            steps = Stage.allCases.indices.map { index in
                Step(
                    stage: Stage.allCases[index], count: counts[index],
                    fromEntered: rate(counts[index], of: entered),
                    fromPrevious: rate(counts[index], of: index == 0 ? entered : counts[index - 1]),
                    times: times[index])
            }
        }
    }

    package struct Step: Hashable, Sendable {
        package let stage: Stage
        package let count: Int
        /// The share of the leads that entered; `nil` when none did.
        package let fromEntered: Double?
        /// The share of the step before, for the first step of the leads that entered; `nil` when that is empty.
        package let fromPrevious: Double?
        /// `nil` for the first step.
        package let times: Times?
    }

    /// Exact percentiles of the time to take a step, by nearest rank; `nil` when nobody's time was taken.
    package struct Times: Hashable, Sendable {
        package static let none = Times(count: 0, p50: nil, p75: nil, p90: nil, p95: nil)

        package let count: Int
        package let p50: Span?
        package let p75: Span?
        package let p90: Span?
        package let p95: Span?

        package init(count: Int, p50: Span?, p75: Span?, p90: Span?, p95: Span?) {
            self.count = count
            self.p50 = p50
            self.p75 = p75
            self.p90 = p90
            self.p95 = p95
        }
    }

    /// Why an event is not counted. An event to which several reasons apply has the first one.
    package enum Exclusion: String, CaseIterable, Sendable {
        case test, doNotContact, noStage, quarantined
    }

    /// What became of every event of the period: `events` is always `counted` and all of `excluded` together.
    package struct Accounting: Hashable, Sendable {
        package let counted: Int
        package let excluded: [Exclusion: Int]

        package init(counted: Int, excluded: [Exclusion: Int]) {
            self.counted = counted
            self.excluded = excluded
        }

        package var events: Int { excluded.values.reduce(counted, +) }
    }
}

private func rate(_ count: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(count) / Double(whole)
}
