internal import OrderedJSON

/// One lead of the simulated environment.
struct DynamicsLead {
    let id: String
    /// What was written, without the identifier, in the order of first writing.
    private(set) var fields: [JSON.Member] = []
    /// Goes up with each write, across all leads.
    private(set) var version = 0
    private(set) var written = 0

    init(id: String) { self.id = id }

    subscript(_ name: String) -> JSON? { fields.first { $0.name == name }?.value }

    var etag: String { "W/\"\(version)\"" }

    mutating func write(_ members: [JSON.Member], version: Int) {
        for member in members {
            if let index = fields.firstIndex(where: { $0.name == member.name }) {
                fields[index] = member
            } else {
                fields.append(member)
            }
        }
        self.version = version
        written += 1
    }
}

/// The leads of the simulated environment, in the order of making.
struct DynamicsLeads {
    private(set) var all: [DynamicsLead] = []
    private let keyColumn: String
    private var placeOfID: [String: Int] = [:]
    /// Text compares without regard to case, as the database of the real service does.
    private var placeOfKey: [String: Int] = [:]
    private var versions = 1_000_000

    init(keyColumn: String) { self.keyColumn = keyColumn }

    func place(id: String) -> Int? { placeOfID[id] }
    func place(key: String) -> Int? { placeOfKey[key.lowercased()] }

    /// Whether another lead than the one at `place` has this address for e-mail.
    func has(email: String, besides place: Int?) -> Bool {
        all.indices.contains { $0 != place && all[$0]["emailaddress1"]?.string?.lowercased() == email.lowercased() }
    }

    /// Adds a lead, and says where.
    mutating func add(id: String, _ members: [JSON.Member]) -> Int {
        placeOfID[id] = all.count
        all.append(DynamicsLead(id: id))
        change(all.count - 1, members)
        return all.count - 1
    }

    mutating func change(_ place: Int, _ members: [JSON.Member]) {
        if let old = all[place][keyColumn]?.string { placeOfKey[old.lowercased()] = nil }
        versions += 1
        all[place].write(members, version: versions)
        if let new = all[place][keyColumn]?.string { placeOfKey[new.lowercased()] = place }
    }
}
