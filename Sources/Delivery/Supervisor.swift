internal import Leads
internal import Ledger
internal import Synchronization
internal import Views

extension Reconciler {
    /// How often destinations are looked at.
    static let supervision = Duration.milliseconds(200)
    /// How long a worker that failed is left alone.
    static let convalescence = Duration.seconds(5)

    /// Keeps a worker running for each destination that is not paused, until cancelled: also for those that are added,
    /// set anew, paused, resumed or removed meanwhile. A worker that fails is started again; it holds up no other.
    /// - Parameter failed: told which destination's worker failed and why.
    package func supervise(
        failed: @escaping @Sendable (_ destination: String, _ why: String) -> Void
    ) async throws -> DeliveryCounts {
        try await views.catchUp()
        let interrupted = try await resolveInterrupted()
        let shifts = Shifts()
        return await withTaskGroup { group in
            while !isCancelled() {
                let destinations = await views.destinations.filter { $0.state == .active }
                shifts.end(except: destinations)
                for destination in destinations {
                    guard let shift = shifts.begin(destination) else { continue }
                    group.addTask {
                        defer { shifts.ended(shift) }
                        do {
                            return try await work(shift, at: destination)
                        } catch {
                            failed(destination.name, "\(error)")
                            try? await Task.sleep(for: Self.convalescence)
                            return DeliveryCounts()
                        }
                    }
                }
                try? await Task.sleep(for: Self.supervision)
            }
            return await group.reduce(into: interrupted) { $0.add($1) }
        }
    }

    private func work(
        _ shift: Shifts.Shift, at destination: Destination
    ) async throws -> DeliveryCounts {
        let isCancelled = isCancelled
        var own = self
        own.isCancelled = { isCancelled() || shift.isOver }
        // What an earlier worker of this destination left when it failed.
        var counts = try await own.resolveInterrupted(of: destination.number)
        let worker: DestinationWorker
        do {
            worker = try DestinationWorker(destination, reconciler: own)
        } catch {
            counts.add(try await pause(destination, "\(error)"))
            try await views.catchUp()
            return counts
        }
        counts.add(try await worker.run(once: false))
        try await views.catchUp()
        return counts
    }
}

/// Which destinations have a worker just now, and by which settings.
private final class Shifts: Sendable {
    /// One worker's time, from its start until its settings are no longer the ones that hold.
    final class Shift: Sendable {
        let destination: Int64
        /// The event that last set the destination.
        let seq: Int64
        private let over = Atomic<Bool>(false)

        init(_ destination: Destination) {
            self.destination = destination.number
            seq = destination.seq
        }

        var isOver: Bool { over.load(ordering: .relaxed) }
        func end() { over.store(true, ordering: .relaxed) }
    }

    private let running = Mutex<[Int64: Shift]>([:])

    /// A shift to work; `nil` while one is running, which is told to end when the destination was set anew.
    func begin(_ destination: Destination) -> Shift? {
        running.withLock { running in
            if let shift = running[destination.number] {
                if shift.seq != destination.seq { shift.end() }
                return nil
            }
            let shift = Shift(destination)
            running[destination.number] = shift
            return shift
        }
    }

    func end(except destinations: [Destination]) {
        let active = Set(destinations.map(\.number))
        running.withLock { running in
            for shift in running.values where !active.contains(shift.destination) { shift.end() }
        }
    }

    func ended(_ shift: Shift) { running.withLock { $0[shift.destination] = nil } }
}
