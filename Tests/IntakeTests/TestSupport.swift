import Foundation
import Intake
import Leads
import Ledger
import TestKit

func golden(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: folder.appending(path: "Goldens").appending(path: name)))
}

extension TemporaryFolder {
    /// Writes a file and gives its path.
    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
        return file(name)
    }

    func lines(_ name: String) throws -> [String] {
        String(decoding: try bytes(of: name), as: UTF8.self).split(separator: "\n").map { String($0) }
    }
}

/// A ledger in memory that knows events again as the real one does.
actor MemoryLedger {
    private(set) var events: [NewEvent] = []
    private(set) var commits = 0
    private var ids: [Identity: (content: [UInt8], seq: Int64)] = [:]
    private var rows: [Row: Int64] = [:]

    private struct Row: Hashable {
        let identity: Identity
        let content: [UInt8]
    }

    func append(_ batch: [NewEvent]) -> [Appended] {
        commits += 1
        return batch.map { append($0) }
    }

    private func append(_ event: NewEvent) -> Appended {
        let next = Int64(events.count + 1)
        let isNamed =
            switch event.identity {
            case .id, .own: true
            default: false
            }
        if isNamed {
            if let known = ids[event.identity] {
                return known.content == event.content ? .duplicate(receipt(known.seq)) : .conflict(seq: known.seq)
            }
            ids[event.identity] = (event.content, next)
        } else {
            let row = Row(identity: event.identity, content: event.content)
            if let known = rows[row] { return .duplicate(receipt(known)) }
            rows[row] = next
        }
        events.append(event)
        return .recorded(receipt(next))
    }

    private func receipt(_ seq: Int64) -> Receipt {
        Receipt(seq: seq, id: EventID("\(seq)"), subject: 0, recordedAt: Instant(micros: seq))
    }
}

/// What `reading` says is an action.
func action(_ reading: ActionReading) throws -> MarketplaceAction {
    guard case .action(let action, _) = reading else { throw NotAnAction(reading: "\(reading)") }
    return action
}

struct NotAnAction: Error { let reading: String }

/// Reads one JSON row.
func read(_ json: String) -> ActionReading {
    var objects = ActionObjects()
    return objects.read(Array(json.utf8))
}

/// Reads one row of a CSV file with `header`.
func read(header: String, row: String) throws -> ActionReading {
    var items = csv(header + "\n" + row + "\n")
    guard case .record(let first) = items.removeFirst(), var columns = ActionColumns(header: first) else {
        throw NotAnAction(reading: "no header")
    }
    switch items[0] {
    case .record(let record): return columns.read(record)
    case .reject(let reject): return .refused(reject.error)
    }
}

/// The records and rejects of `text`, which comes in chunks of `chunk` bytes.
func csv(_ bytes: [UInt8], chunk: Int = 1 << 20, limit: Int = IntakeLimits.row) -> [CSVReader.Item] {
    var reader = CSVReader(recordLimit: limit)
    var items: [CSVReader.Item] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
        bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { reader.append($0) }
        while let item = reader.next() { items.append(item) }
    }
    reader.finish()
    while let item = reader.next() { items.append(item) }
    return items
}

func csv(_ text: String, chunk: Int = 1 << 20, limit: Int = IntakeLimits.row) -> [CSVReader.Item] {
    csv(Array(text.utf8), chunk: chunk, limit: limit)
}

extension CSVReader.Item {
    var texts: [String]? { if case .record(let record) = self { record.texts } else { nil } }
    var error: IntakeError? { if case .reject(let reject) = self { reject.error } else { nil } }
    var row: RawRow {
        switch self {
        case .record(let record): record.row
        case .reject(let reject): reject.row
        }
    }
    var line: Int { row.line }
    var raw: String { String(decoding: row.bytes, as: UTF8.self) }
}
