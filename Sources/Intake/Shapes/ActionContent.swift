package import Leads

extension MarketplaceAction {
    /// What was said, as bytes: the same for two actions exactly when they say the same.
    ///
    /// The layout is a contract, since the ledger tells by it what it has seen before: the version 1, then for each
    /// field that is there its tag, its length (4 bytes, most significant first) and its UTF-8 text. The time is
    /// 8 bytes of microseconds since 1970, and there only when the sender gave one. Further fields, a name (tag 15) and
    /// a value (tag 16) each, are ordered by name and value, so their order in the input does not count; neither does
    /// the sender's id, which names the event and is no part of what it says.
    package var content: [UInt8] {
        var writer = ContentWriter()
        writer.write(1, source?.name)
        writer.write(2, action?.code)
        writer.write(3, offer?.text)
        writer.write(4, offerTitle)
        if let occurredAt { writer.write(5, occurredAt) }
        writer.write(6, contact.email)
        writer.write(7, contact.firstName)
        writer.write(8, contact.lastName)
        writer.write(9, contact.phone)
        writer.write(10, contact.country)
        writer.write(11, contact.company)
        writer.write(12, contact.title)
        writer.write(13, description)
        writer.write(14, leadSource)
        for extra in other.count > 1 ? other.sorted(by: Self.precedes) : other {
            writer.write(15, extra.name)
            writer.write(16, extra.value)
        }
        return writer.bytes
    }

    /// By bytes: the order of `String` changes with the Unicode version of the standard library.
    private static func precedes(_ left: Extra, _ right: Extra) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8)
            ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
            : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

private struct ContentWriter {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(320)
        bytes.append(1)
    }

    mutating func write(_ tag: UInt8, _ text: String?) {
        guard var text else { return }
        text.withUTF8 { utf8 in
            bytes.append(tag)
            write(UInt32(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func write(_ tag: UInt8, _ instant: Instant) {
        bytes.append(tag)
        write(8 as UInt32)
        write(instant.micros)
    }

    private mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
