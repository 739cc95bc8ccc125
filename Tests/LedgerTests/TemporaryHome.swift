import Foundation
import Leads
import Ledger

/// A home in a folder of its own, deleted with the value.
final class TemporaryHome: Sendable {
    let files: LedgerFiles

    init() throws {
        let path = NSTemporaryDirectory() + "leadledger-" + UUID().uuidString
        files = LedgerFiles(home: path)
        try files.makeFolder()
        try MasterKey.create(file: files.keyFile)
    }

    deinit { try? FileManager.default.removeItem(atPath: files.home) }

    func writer() throws -> LedgerWriter {
        try LedgerWriter(files: files, rules: plainRules, clock: { Instant(micros: 1_700_000_000_000_000) })
    }

    func delete(_ name: String) { try? FileManager.default.removeItem(atPath: files.home + "/" + name) }

    func action(_ code: String, email: String, identity: Identity = .none) -> NewEvent {
        NewEvent(
            type: .actionRecorded, identity: identity, content: Array((code + email).utf8), subject: .matching(email),
            source: "AzureMarketplace", action: code, offer: "contoso.app", country: "US",
            flags: EventFlags(rawValue: Contact.Field.email.bit), actor: "test",
            contact: Array(#"{"email":"\#(email)"}"#.utf8), body: Array("raw".utf8))
    }
}

/// Unicode rules for tests whose addresses are ASCII.
let plainRules = UnicodeRules(compatibilityForm: { $0 }, domainToASCII: { $0 })
