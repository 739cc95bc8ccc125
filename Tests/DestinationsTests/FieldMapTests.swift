import Destinations
import Leads
import OrderedJSON
import TestKit
import Testing

struct FieldMapTests {
    private static let usual: [LeadField: [String]] = [
        .email: ["Email"], .firstName: ["FirstName"], .lastName: ["LastName"], .company: ["Company"],
        .title: ["Title", "Role"], .doNotContact: ["DoNotCall"],
    ]

    private static func mapping(_ set: [String]) throws -> MappingSettings {
        try SalesforceSamples.settings(set).mapping
    }

    private static func told(_ set: [String], isContactable: Bool = true) throws -> [String: JSON] {
        let outgoing = Samples.outgoing(isContactable: isContactable)
        let members = FieldMap(try mapping(set), usual: usual).fields(outgoing).members
        return try Dictionary(members.map { ($0.name, $0.value) }) { _, _ in throw Twice() }
    }

    private struct Twice: Error {}

    @Test(arguments: [
        (["map.email=A", "map.phone=a"], "map.phone names a field of the destination that map.email names"),
        (["map.email=A,B,a"], "map.email names a field of the destination twice"),
        (
            ["map.title=Extra", "constant.EXTRA=x"],
            "constant.EXTRA names a field of the destination that map.title names"
        ),
        (["constant.A=x", "constant.a=y"], "constant.a names a field of the destination that constant.A names"),
        (["map.doNotContact=A,B", "map.title=b"], "map.doNotContact names a field of the destination that map.title"),
    ])
    func `a field of the destination is named once`(set: [String], error: String) {
        let found = #expect(throws: DestinationSettingsError.self) { try Self.mapping(set) }
        #expect(found?.description.hasPrefix(error) == true, "\(found?.description ?? "")")
        #expect(found?.allowed == "each field of the destination once in all of map.… and constant.…")
    }

    @Test func `what settings say goes before what is usual`() throws {
        let told = try Self.told(["map.source=company", "constant.TITLE=fixed"])
        #expect(told["company"]?.string == "SPZA" && told["Company"] == nil)
        #expect(told["TITLE"]?.string == "fixed" && told["Title"] == nil)
        #expect(told["Email"]?.string == "ada@example.com")
    }

    @Test func `a constant takes no opt-out back, and may always say it`() throws {
        #expect(try Self.told(["constant.DoNotCall=boolean:false"])["DoNotCall"] == nil)
        #expect(try Self.told(["constant.donotcall=boolean:false"], isContactable: false)["DoNotCall"] == .bool(true))
        #expect(try Self.told(["constant.DoNotCall=boolean:true"])["DoNotCall"] == .bool(true))
        #expect(try Self.told(["constant.DoNotCall=boolean:true"], isContactable: false)["DoNotCall"] == .bool(true))
    }

    @Test func `no map tells a field of the destination twice`() {
        var random = SeededRandom.announced("field maps")
        let pool = ["Email", "email", "Name", "NAME", "Title", "x", "X", "Company", "DoNotCall", "donotcall"]
        func names(_ random: inout SeededRandom) -> [String] {
            (0..<random.below(4)).map { _ in pool[random.below(10)] }
        }
        for _ in 0..<2_000 {
            var mapping = MappingSettings()
            var usual: [LeadField: [String]] = [:]
            for field in LeadField.allCases {
                if random.below(3) == 0 { mapping.targets[field] = names(&random) }
                if random.below(2) == 0 { usual[field] = names(&random) }
            }
            for name in names(&random) {
                mapping.constants[name] = [.text("c"), .whole(1), .flag(false), .flag(true)][random.below(4)]
            }
            let isContactable = random.below(2) == 0
            let map = FieldMap(mapping, usual: usual)
            let members = map.fields(Samples.outgoing(isContactable: isContactable)).members
            for told in [members.map(\.name), map.names] {
                #expect(Set(told.map { $0.lowercased() }).count == told.count, "\(mapping), \(usual)")
            }
            let optOuts = mapping.targets[.doNotContact] ?? usual[.doNotContact] ?? []
            let taken = Set(mapping.targets.filter { $0.key != .doNotContact }.values.joined().map { $0.lowercased() })
            for name in optOuts where !taken.contains(name.lowercased()) {
                let value = members.first { $0.name.lowercased() == name.lowercased() }?.value
                #expect(value == nil || value == .bool(true), "\(mapping), \(usual)")
                #expect(isContactable || value != nil, "\(mapping), \(usual)")
            }
        }
    }
}
