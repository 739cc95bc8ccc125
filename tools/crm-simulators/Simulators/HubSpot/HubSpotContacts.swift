internal import Leads
internal import OrderedJSON

/// The contacts of one account.
struct HubSpotContacts {
    struct Contact {
        let id: Int64
        /// What it was made with.
        let key: String
        var written = 1
        var properties: [JSON.Member]
        let createdAt: Instant
        var updatedAt: Instant

        func value(_ name: String) -> JSON {
            switch name {
            case "hs_object_id": .string(String(id))
            case "createdate": HubSpotFault.time(createdAt)
            case "lastmodifieddate": HubSpotFault.time(updatedAt)
            default: properties.first { $0.name == name }?.value ?? .null
            }
        }

        /// - Parameter names: the properties that are shown.
        func shown(_ names: [String]) -> [JSON.Member] {
            [
                JSON.Member("id", .string(String(id))),
                JSON.Member("properties", .object(names.map { JSON.Member($0, value($0)) })),
                JSON.Member("createdAt", HubSpotFault.time(createdAt)),
                JSON.Member("updatedAt", HubSpotFault.time(updatedAt)), JSON.Member("archived", .bool(false)),
            ]
        }
    }

    let properties: HubSpotProperties
    private(set) var all: [Contact] = []
    private(set) var created = 0
    private(set) var updated = 0
    /// Where the contact is that has a value in a property that identifies contacts.
    private var places: [Key: Int] = [:]

    private struct Key: Hashable {
        let property: String
        let value: String
    }

    private static let firstID: Int64 = 501

    init(properties: HubSpotProperties) { self.properties = properties }

    /// - Parameter property: one that identifies contacts; `nil` for their own id.
    func find(_ property: String?, _ value: String) -> Int? {
        guard let property, property != "hs_object_id" else {
            guard let id = Int64(value), id >= Self.firstID, id - Self.firstID < all.count else { return nil }
            return Int(id - Self.firstID)
        }
        return places[Key(property: property, value: Self.normal(property, value))]
    }

    /// Throws when another contact than the one at `place` has a value that only one may have.
    func checkConflicts(_ members: [JSON.Member], at place: Int?) throws(HubSpotFault) {
        for member in members where properties.identifies(member.name) {
            guard let text = member.value.string, !text.isEmpty, let other = find(member.name, text), other != place
            else { continue }
            throw .conflict(id: all[other].id)
        }
    }

    /// Makes a contact, whose values were checked.
    mutating func create(key: String, _ members: [JSON.Member], now: Instant) -> Int {
        all.append(
            Contact(
                id: Self.firstID + Int64(all.count), key: key, properties: [], createdAt: now, updatedAt: now))
        created += 1
        set(all.count - 1, members)
        return all.count - 1
    }

    /// Changes a contact, whose new values were checked.
    mutating func update(_ place: Int, _ members: [JSON.Member], now: Instant) {
        all[place].written += 1
        all[place].updatedAt = now
        updated += 1
        set(place, members)
    }

    private mutating func set(_ place: Int, _ members: [JSON.Member]) {
        for member in members {
            let text = Self.normal(member.name, member.value.string ?? "")
            if properties.identifies(member.name) {
                if let old = all[place].value(member.name).string {
                    places[Key(property: member.name, value: Self.normal(member.name, old))] = nil
                }
                if !text.isEmpty { places[Key(property: member.name, value: text)] = place }
            }
            let kept = JSON.Member(member.name, text.isEmpty ? .null : .string(text))
            if let old = all[place].properties.firstIndex(where: { $0.name == member.name }) {
                all[place].properties[old] = kept
            } else {
                all[place].properties.append(kept)
            }
        }
    }

    /// Addresses are kept in lower case.
    static func normal(_ property: String, _ value: String) -> String {
        property == "email" ? value.lowercased() : value
    }
}
