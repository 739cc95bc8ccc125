internal import Ledger
internal import NIOPosix
internal import Synchronization

/// The numbers of offers in the ledger, which the names of leads are made of.
///
/// They never change, so those seen are kept; others are read from the ledger, away from the threads that serve.
final class OfferNumbers: Sendable {
    /// More than any marketplace publisher has; beyond it the table starts anew.
    private static let limit = 65_536

    private let files: LedgerFiles
    /// Keyed by bytes: texts that look alike are different offers.
    private let known = Mutex<[[UInt8]: Int64]>([:])
    private let reader = Mutex<OpenReader>(OpenReader())

    init(files: LedgerFiles) { self.files = files }

    /// The number of the offer of an event that was recorded; 0 for none.
    func number(_ offer: String?) async throws -> Int64 {
        guard let offer, !offer.isEmpty else { return 0 }
        let key = Array(offer.utf8)
        if let number = known.withLock({ $0[key] }) { return number }
        let number = try await NIOThreadPool.singleton.runIfActive { [self] in
            try reader.withLock { try $0.number(offer, files) }
        }
        guard let number else { return 0 }
        known.withLock { known in
            if known.count >= Self.limit { known.removeAll() }
            known[key] = number
        }
        return number
    }

    /// A reader that stays open; only ever used under the lock.
    private struct OpenReader: @unchecked Sendable {
        private var reader: LedgerReader?

        mutating func number(_ offer: String, _ files: LedgerFiles) throws -> Int64? {
            let open = try reader ?? LedgerReader(files: files)
            reader = open
            return try open.allTerms().number(offer)
        }
    }
}
