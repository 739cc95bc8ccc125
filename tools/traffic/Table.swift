internal import Foundation

/// One line of the CSV, quoted as RFC 4180 asks.
struct Table {
    let fields: [String]

    static let header = Table(fields: [
        "Timestamp", "Source", "Action Code", "Offer", "Offer Title", "Email", "First Name", "Last Name", "Phone",
        "Country", "Company", "Title", "Description",
    ])

    func append(to bytes: inout Data) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let needsQuotes = field.utf8.contains { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }
            guard needsQuotes else {
                bytes.append(contentsOf: field.utf8)
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            for byte in field.utf8 {
                if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(contentsOf: [0x0d, 0x0a])
    }
}
