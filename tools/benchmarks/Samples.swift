import Foundation
import Intake
import Leads
import Ledger

/// Made-up marketplace actions: three of five are of a new customer, two of one who was there before, at most 20,000
/// actions ago (some weeks of a busy publisher); five offers, all seven contact fields.
enum Samples {
    static func action(_ number: Int) -> MarketplaceAction {
        let customer = number % 5 < 3 ? number : max(0, number - 1 - number &* 7_919 % 20_000)
        let actions: [Action] = [.install, .startTestDrive, .install, .partnerLedTrial, .create]
        return MarketplaceAction(
            source: .azureMarketplace, action: actions[number % 5], offer: Offer("contoso.offer-\(customer % 5)"),
            offerTitle: "Contoso Application \(customer % 5)",
            occurredAt: Instant(micros: 1_700_000_000_000_000 + Int64(number) * 1_000_000),
            contact: Contact(
                email: "customer\(customer)@example.com", firstName: "First\(customer)", lastName: "Last\(customer)",
                phone: "1617555\(customer % 10_000)", country: ["US", "DE", "NL", "JP"][customer % 4],
                company: "Company \(customer % 1_000)", title: "CTO"))
    }

    static func event(_ number: Int, identity: Identity) -> NewEvent {
        action(number).asEvent(identity: identity, actor: "bench", rules: .system, body: nil)
    }

    /// Writes a file in pieces, so that making it does not count as memory of the import.
    static func writeCSV(rows: Int, to path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
        var text = "source,action,offer,offerTitle,occurredAt,email,firstName,lastName,phone,country,company,title\n"
        for number in 0..<rows {
            let action = action(number)
            let contact = action.contact
            let cells = [
                action.source?.name, action.action?.code, action.offer?.text, action.offerTitle,
                action.occurredAt?.description, contact.email, contact.firstName, contact.lastName, contact.phone,
                contact.country, contact.company, contact.title,
            ]
            text += cells.map { $0 ?? "" }.joined(separator: ",") + "\n"
            if number % 4_096 == 4_095 || number == rows - 1 {
                try file.write(contentsOf: Data(text.utf8))
                text = ""
            }
        }
        try file.close()
    }
}

func makeHome(_ folder: String) throws -> LedgerFiles {
    let files = LedgerFiles(home: folder)
    try files.makeFolder()
    if !FileBytes.exists(files.keyFile) { try MasterKey.create(file: files.keyFile) }
    return files
}

func openWriter(_ files: LedgerFiles) throws -> LedgerWriter {
    try LedgerWriter(
        files: files, rules: .system,
        clock: { Instant(micros: Int64(Date().timeIntervalSince1970 * 1_000_000)) })
}
