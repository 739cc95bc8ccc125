/// The rule by which counted actions become steps.
///
/// It runs for every counted event of a ledger, inlined into the scan. The compiler inlines only public code across
/// modules, which is why this file, unlike its neighbours, is public.
public struct FunnelRule: Hashable, Sendable {
    public let isOrdered: Bool
    public let windowMicros: Int64

    package init(mode: FunnelQuery.Mode, window: Span) {
        isOrdered = mode == .ordered
        windowMicros = window.micros
    }

    /// The path of a lead after its first counted action, its entry.
    @inlinable @inline(__always) public func begin(step: Int, at micros: Int64) -> FunnelPath {
        var path = FunnelPath(entryMicros: micros)
        if !isOrdered || step == 1 {
            path.furthest = step
        }
        return path
    }

    /// Takes the next counted action, in order of `(occurredAt, seq)`.
    ///
    /// Mode `ordered` takes for each step the earliest action that may complete it. That is the best choice: an earlier
    /// completion leaves every later action, and so every later step, as possible as it was.
    @inlinable @inline(__always) public func advance(_ path: inout FunnelPath, step: Int, at micros: Int64) {
        if isOrdered {
            guard step == path.furthest &+ 1 else { return }
            if step == 1 {
                path.startMicros = micros
            } else {
                let elapsed = micros &- path.startMicros
                guard elapsed <= windowMicros else { return }
                path.complete(step: step, after: elapsed)
            }
            path.furthest = step
        } else if step > path.furthest {
            let elapsed = micros &- path.startMicros
            if path.furthest < 2 { path.complete(step: 2, after: elapsed) }
            if step == 3 { path.complete(step: 3, after: elapsed) }
            path.furthest = step
        }
    }
}

/// How far one lead, or customer, has come, and how long each step took: the fold of its counted actions.
///
/// Times are whole microseconds; steps are the stages 1, 2, 3.
public struct FunnelPath: Hashable, Sendable {
    /// When the first counted action happened.
    public let entryMicros: Int64
    /// What times are taken from: the entry, or in mode `ordered` the first action of step 1.
    public var startMicros: Int64
    /// The highest step taken; 0 in mode `ordered` for a lead without an action of step 1.
    public var furthest = 0
    /// From the start to the action that took step 2; negative when none did, or when the entry itself was that far.
    public var secondMicros: Int64 = -1
    /// The same for step 3.
    public var thirdMicros: Int64 = -1

    @inlinable public init(entryMicros: Int64) {
        self.entryMicros = entryMicros
        startMicros = entryMicros
    }

    @inlinable public mutating func complete(step: Int, after elapsed: Int64) {
        if step == 2 { secondMicros = elapsed } else { thirdMicros = elapsed }
    }
}
