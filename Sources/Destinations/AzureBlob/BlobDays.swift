/// How far the blobs of each day are known to go, and whose turn it is to add to them.
///
/// An attempt whose end nobody knows leaves its day as it was: the next append names the same position, which the
/// service refuses where the lines came to be there after all.
actor BlobDays {
    struct End: Hashable, Sendable {
        /// 1 for the day's first blob.
        var number: Int
        /// In bytes.
        var length: Int
    }

    private var ends: [String: End] = [:]
    /// Days in the order of their first use; many more are never written at once.
    private var order: [String] = []
    private static let kept = 400

    /// Days that somebody appends to, and who waits for them, first come first served.
    private var busy: Set<String> = []
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    func end(of day: String) -> End? { ends[day] }

    /// Waits until nobody else of this process appends to the day: of many at once all but one would be refused.
    func enter(_ day: String) async {
        if busy.insert(day).inserted { return }
        await withCheckedContinuation { waiting[day, default: []].append($0) }
    }

    func leave(_ day: String) {
        guard var others = waiting.removeValue(forKey: day) else {
            busy.remove(day)
            return
        }
        let next = others.removeFirst()
        if !others.isEmpty { waiting[day] = others }
        next.resume()
    }

    /// Moves the end forward, never back: of two that append at once the last to be told may be the first to end.
    func advance(_ day: String, to end: End) {
        if let known = ends[day], (known.number, known.length) >= (end.number, end.length) { return }
        set(day, to: end)
    }

    /// Sets the end to what the service says it is.
    func set(_ day: String, to end: End) {
        if ends.updateValue(end, forKey: day) == nil { order.append(day) }
        if order.count > Self.kept { ends[order.removeFirst()] = nil }
    }
}
