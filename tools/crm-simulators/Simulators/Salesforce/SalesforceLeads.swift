internal import Leads
internal import OrderedJSON

/// One lead of the simulated org.
struct SalesforceLead {
    /// 18 characters.
    let id: String
    let createdAt: Instant
    /// What was written, in the order of first writing.
    private(set) var fields: [JSON.Member] = []
    private(set) var written = 0

    init(id: String, createdAt: Instant) {
        self.id = id
        self.createdAt = createdAt
    }

    /// The value of a field; `null` where it was never written.
    subscript(_ field: SalesforceField) -> JSON {
        switch field.name {
        case "Id": return .string(id)
        case "IsDeleted", "IsConverted": return .bool(false)
        case "CreatedDate": return .string(createdAt.description.replacing("Z", with: ".000+0000"))
        case "Name":
            let parts = ["FirstName", "LastName"].compactMap { self[$0]?.string }
            return .string(parts.joined(separator: " "))
        default: return self[field.name] ?? (field.kind == .boolean ? .bool(false) : .null)
        }
    }

    subscript(_ name: String) -> JSON? { fields.first { $0.name == name }?.value }

    mutating func write(_ members: [JSON.Member]) {
        for member in members {
            if let index = fields.firstIndex(where: { $0.name == member.name }) {
                fields[index] = member
            } else {
                fields.append(member)
            }
        }
        written += 1
    }
}

/// The leads of the simulated org, in the order of making.
struct SalesforceLeads {
    private(set) var all: [SalesforceLead] = []
    private let keyField: String
    /// Under the value in lower case, since case makes no difference.
    private var placesOfKey: [String: [Int]] = [:]
    private var placesOfEmail: [String: [Int]] = [:]

    init(keyField: String) { self.keyField = keyField }

    /// - Parameter id: 15 characters, or 18 whose last three are the check over the others.
    func place(id: String) -> Int? {
        guard id.utf8.count == 15 || id == Self.checked(String(id.prefix(15))), id.hasPrefix(Self.prefix),
            let number = Int(id.dropFirst(Self.prefix.utf8.count).prefix(15 - Self.prefix.utf8.count))
        else { return nil }
        return all.indices.contains(number - 1) ? number - 1 : nil
    }

    func places(key: String) -> [Int] { placesOfKey[key.lowercased()] ?? [] }
    func places(email: String) -> [Int] { placesOfEmail[email.lowercased()] ?? [] }

    /// Adds a lead, and says where.
    mutating func add(_ members: [JSON.Member], at now: Instant) -> Int {
        let number = String(all.count + 1)
        let zeros = String(repeating: "0", count: 15 - Self.prefix.utf8.count - number.utf8.count)
        all.append(SalesforceLead(id: Self.checked(Self.prefix + zeros + number), createdAt: now))
        change(all.count - 1, members)
        return all.count - 1
    }

    mutating func change(_ place: Int, _ members: [JSON.Member]) {
        if let key = all[place][keyField]?.string?.lowercased() { placesOfKey[key]?.removeAll { $0 == place } }
        if let email = all[place]["Email"]?.string?.lowercased() { placesOfEmail[email]?.removeAll { $0 == place } }
        all[place].write(members)
        if let key = all[place][keyField]?.string?.lowercased() { placesOfKey[key, default: []].append(place) }
        if let email = all[place]["Email"]?.string?.lowercased() { placesOfEmail[email, default: []].append(place) }
    }

    private static let prefix = "00Q5g00000"

    /// Adds the three characters that say which of the fifteen are capitals.
    private static func checked(_ id: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345")
        let bytes = Array(id.utf8)
        let check = stride(from: 0, to: 15, by: 5).map { start in
            letters[(0..<5).reduce(0) { $0 | ((65...90).contains(bytes[start + $1]) ? 1 << $1 : 0) }]
        }
        return id + String(check)
    }
}
