internal import Foundation
package import Leads
package import Ledger
package import TestKit

/// A home in a folder of one test's own, with a key, a clock that the test sets, and events to append.
package final class TemporaryHome {
    package let folder: TemporaryFolder
    package let files: LedgerFiles
    package let clock = TestClock()

    package init() throws {
        folder = try TemporaryFolder()
        files = LedgerFiles(home: folder.path)
        try MasterKey.create(file: files.keyFile)
    }

    package func writer() throws -> LedgerWriter {
        let clock = clock
        return try LedgerWriter(files: files, rules: .plain, clock: { clock.now })
    }

    /// Opens a writer for `body` and closes it afterwards, also when `body` throws.
    package func withWriter<Result>(_ body: (LedgerWriter) async throws -> Result) async throws -> Result {
        let writer = try writer()
        do {
            let result = try await body(writer)
            try await writer.close()
            return result
        } catch {
            try? await writer.close()
            throw error
        }
    }

    package func verify() throws -> Verification { try Verify(files: files).run() }

    package func delete(_ name: String) { try? FileManager.default.removeItem(atPath: folder.file(name)) }

    /// Deletes a database and what SQLite keeps beside it.
    package func deleteDatabase(_ name: String) {
        for suffix in ["", "-wal", "-shm"] { delete(name + suffix) }
    }
}

/// A clock that stands still until a test moves it.
package final class TestClock: @unchecked Sendable {
    private let lock = NSLock()
    private var instant = Instant(micros: 1_700_000_000_000_000)

    package init() {}

    package var now: Instant {
        get { lock.withLock { instant } }
        set { lock.withLock { instant = newValue } }
    }

    package func move(_ span: Span) { lock.withLock { instant = instant + span } }
}

extension UnicodeRules {
    /// For addresses that are ASCII.
    package static let plain = UnicodeRules(compatibilityForm: { $0 }, domainToASCII: { $0 })
}

extension NewEvent {
    /// An action of the customer with this email, contact and body included.
    package static func action(
        _ code: String, email: String, identity: Identity = .none, offer: String = "contoso.app",
        source: String = "AzureMarketplace", id: String? = nil, content: String? = nil
    ) -> NewEvent {
        NewEvent(
            type: .actionRecorded, identity: identity, content: Array((content ?? code + email).utf8),
            subject: .matching(email), source: source, action: code, offer: offer, country: "US",
            flags: EventFlags(rawValue: Contact.Field.email.bit), actor: "test", id: id,
            contact: Array(#"{"email":"\#(email)"}"#.utf8), body: Array("raw bytes of \(email)".utf8))
    }
}
