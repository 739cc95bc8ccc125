import Leads
import Testing
import Views

@Suite struct `A row of the event file` {
    @Test func `takes 48 bytes`() {
        #expect(MemoryLayout<EventRow>.size == 48)
        #expect(MemoryLayout<EventRow>.stride == 48)
        #expect(MemoryLayout<EventRow>.alignment == 8)
    }

    private func row(type: UInt16, action: UInt32, flags: Int32) -> EventRow {
        EventRow(
            type: type, subject: 1, occurredAt: 2, recordedAt: 3, source: 4, action: action, offer: 5, country: 6,
            flags: flags)
    }

    @Test func `keeps type, flags and action apart`() {
        let allFields = Contact.Field.allCases.reduce(Int32(0)) { $0 | $1.bit }
        let allFlags = EventFlags.test.rawValue | EventFlags.mismatched.rawValue | allFields
        for type in EventType.allCases {
            for flags in [0, EventFlags.test.rawValue, EventFlags.mismatched.rawValue, allFields, allFlags, 0xff_ffff] {
                for action in [UInt32(0), 1, 65_535, 65_536, .max] {
                    let row = row(type: UInt16(type.rawValue), action: action, flags: flags)
                    #expect(Int64(row.type) == type.rawValue && row.flags == flags && row.action == action)
                }
            }
        }
    }

    @Test func `has room for every type and flag there is`() {
        #expect(EventType.allCases.allSatisfy { (1...254).contains($0.rawValue) })
        #expect(EventFlags.test.rawValue | EventFlags.mismatched.rawValue <= 0xff_ffff)
    }

    @Test func `takes no type of a later version for one it knows`() {
        for type in [UInt16(256), 257, 258, 276, .max] { #expect(row(type: type, action: 1, flags: -1).type == 255) }
    }
}
