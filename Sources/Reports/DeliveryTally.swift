internal import Leads
package import Views

/// How many deliveries of each destination wait, and for what.
package struct DeliveryTally: Sendable {
    package struct Counts: Hashable, Sendable {
        /// Still to be sent, those that are held among them.
        package var open = 0
        /// Of the open ones: those that wait because the destination is paused.
        package var held = 0
        package var parked = 0
        /// Nobody knows whether they arrived.
        package var unknown = 0
    }

    private var counts: [Int64: Counts] = [:]

    /// Counts in one pass over all deliveries. O(deliveries).
    package init(_ views: ViewsReader) throws {
        let paused = Set(views.destinations.filter { $0.state != .active }.map(\.number))
        var counts: [Int64: Counts] = [:]
        try views.deliveries { row in
            let isOpen = row.delivery.dueAt != nil
            let isHeld = isOpen && paused.contains(row.destination)
            let (isParked, isUnknown) = (row.delivery.state == .parked, row.delivery.state == .unknown && !isHeld)
            guard isOpen || isParked || isUnknown else { return true }
            var count = counts[row.destination] ?? Counts()
            if isOpen { count.open += 1 }
            if isHeld { count.held += 1 }
            if isParked { count.parked += 1 }
            if isUnknown { count.unknown += 1 }
            counts[row.destination] = count
            return true
        }
        self.counts = counts
    }

    package subscript(_ destination: Destination) -> Counts { counts[destination.number] ?? Counts() }
}
