/// How far the blobs of each day are known to go.
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

    func end(of day: String) -> End? { ends[day] }

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
