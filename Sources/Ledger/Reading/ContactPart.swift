package import Leads
internal import OrderedJSON

/// The sealed part of an action: everything in it that may be personal, as JSON under the project's own names.
///
/// Only fields that came along are present. The names are a contract: sealed parts of every age are read for ever, and
/// a name this version does not know is passed over.
package enum ContactPart {
    /// What was sealed is no contact part: it was not written by any version of this program.
    package struct Unreadable: Error, Hashable, CustomStringConvertible {
        package var description: String { "the sealed contact data is not a JSON object" }
    }

    private static let offerTitle = "offerTitle"
    private static let description = "description"
    private static let leadSource = "leadSource"
    private static let other = "other"

    /// The JSON to seal; `nil` when there is nothing to seal.
    package static func encode(_ action: MarketplaceAction) -> [UInt8]? {
        var writer = MemberWriter()
        let contact = action.contact
        writer.write("email", contact.email)
        writer.write("firstName", contact.firstName)
        writer.write("lastName", contact.lastName)
        writer.write("phone", contact.phone)
        writer.write("country", contact.country)
        writer.write("company", contact.company)
        writer.write("title", contact.title)
        writer.write(offerTitle, action.offerTitle)
        writer.write(description, action.description)
        writer.write(leadSource, action.leadSource)
        if !action.other.isEmpty {
            writer.open(other)
            for extra in action.other { writer.write(extra.name, extra.value) }
            writer.close()
        }
        return writer.finished()
    }

    /// The action that `encode` was given, from its sealed part and the plain columns of its event.
    /// - Parameters:
    ///   - sealed: what was sealed; `nil` when there was nothing, or when its key is destroyed.
    ///   - occurredAt: when the customer did it, or when it was recorded.
    package static func decode(
        _ sealed: [UInt8]?, id: String? = nil, source: String?, action: String?, offer: String?, country: String?,
        occurredAt: Instant?
    ) throws(Unreadable) -> MarketplaceAction {
        var decoded = MarketplaceAction(
            id: id, source: present(source).map { Source($0) }, action: present(action).map { Action($0) },
            offer: offer.flatMap { Offer($0) }, occurredAt: occurredAt)
        decoded.contact.country = present(country)
        guard let sealed else { return decoded }
        guard case .object(let members) = try? JSON.parse(sealed) else { throw Unreadable() }
        for member in members {
            switch (member.name, member.value) {
            case (offerTitle, .string(let text)): decoded.offerTitle = text
            case (description, .string(let text)): decoded.description = text
            case (leadSource, .string(let text)): decoded.leadSource = text
            case (other, .object(let extras)):
                decoded.other = extras.compactMap { extra in
                    extra.value.string.map { MarketplaceAction.Extra(name: extra.name, value: $0) }
                }
            case (let name, .string(let text)):
                if let field = Contact.Field(rawValue: name) { decoded.contact[field] = text }
            default: break
            }
        }
        return decoded
    }

    /// The email in an unsealed part.
    static func email(in bytes: [UInt8]) -> String? {
        guard let json = try? JSON.parse(bytes) else { return nil }
        return json["email"]?.string
    }

    /// A plain column without text says that there was none.
    private static func present(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

/// Writes the members of a JSON object, texts only. It stands beside `JSON.encoded` because every imported row passes
/// here: without a tree in between it costs a quarter.
private struct MemberWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    init() { bytes.reserveCapacity(320) }

    mutating func write(_ name: String, _ value: String?) {
        guard let value else { return }
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        quote(value)
    }

    mutating func open(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    mutating func close() {
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    consuming func finished() -> [UInt8]? {
        if isFirst { return nil }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            bytes.append(UInt8(ascii: "\""))
            if utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x7f }) {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { escape(byte) }
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
        case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
        case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
        case 0..<0x20, 0x7f:
            let digits = StaticString("0123456789abcdef")
            bytes += #"\u00"#.utf8
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
