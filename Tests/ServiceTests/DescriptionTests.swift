import HTTPTypes
import OrderedJSON
import Testing

@testable import Service

@Suite struct DescriptionTests {
    private let document = OpenAPI(LeadService.routes.routes).json

    private func members(_ json: JSON?) -> [JSON.Member] {
        guard case .object(let members) = json else { return [] }
        return members
    }

    /// Every object below a value, with the way to it.
    private func objects(_ json: JSON, _ way: String = "#") -> [(way: String, object: JSON)] {
        switch json {
        case .object(let members):
            [(way, json)] + members.flatMap { objects($0.value, way + "/" + $0.name) }
        case .array(let values): values.enumerated().flatMap { objects($1, way + "/\($0)") }
        default: []
        }
    }

    @Test func `every route is described, and nothing else`() {
        var described: Set<String> = []
        for path in members(document["paths"]) {
            for operation in members(path.value) { described.insert(operation.name.uppercased() + " " + path.name) }
        }
        #expect(described == Set(Route.all.map { "\($0.method.rawValue) \($0.template)" }))
    }

    @Test func `every path parameter is described, and every operation has a name of its own`() {
        var names: Set<String> = []
        for path in members(document["paths"]) {
            let inPath = path.name.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
            for operation in members(path.value) {
                let parameters = operation.value["parameters"]?.array ?? []
                let described = parameters.filter { $0["in"]?.string == "path" }
                #expect(described.compactMap { $0["name"]?.string } == inPath.map(String.init))
                #expect(described.allSatisfy { $0["required"]?.bool == true })
                let pairs = parameters.map { "\($0["in"]?.string ?? "") \($0["name"]?.string ?? "")" }
                #expect(Set(pairs).count == pairs.count)
                let name = operation.value["operationId"]?.string ?? ""
                #expect(!name.isEmpty && !names.contains(name))
                names.insert(name)
                #expect(!members(operation.value["responses"]).isEmpty)
            }
        }
    }

    @Test func `every reference leads somewhere and every answer has a description`() {
        for (way, object) in objects(document) {
            if let reference = object["$ref"]?.string {
                var target: JSON? = document
                for part in reference.split(separator: "/").dropFirst() { target = target?[String(part)] }
                #expect(target != nil, "\(way): \(reference)")
            }
            for answer in members(object["responses"]) where way.hasPrefix("#/paths") {
                #expect(answer.value["description"] != nil || answer.value["$ref"] != nil, "\(way)/\(answer.name)")
                #expect((100...599).contains(Int(answer.name) ?? 0))
            }
            let names = members(object).map(\.name)
            #expect(Set(names).count == names.count, "\(way) names a member twice")
        }
    }

    @Test func `what may be sent is described by its names`() throws {
        let schemas = document["components"]?["schemas"]
        for (name, members) in [
            (
                "Action",
                "id source action offer offerTitle occurredAt email firstName lastName phone country company title"
            ),
            ("MarketplaceLead", "LeadSource ActionCode OfferTitle UserDetails Description"),
            ("CloudEvent", "specversion id source type time data"),
        ] {
            let properties = try #require(schemas?[name]?["properties"])
            for member in members.split(separator: " ") {
                #expect(properties[String(member)] != nil, "\(name).\(member)")
            }
        }
        let needed = schemas?["Action"]?["anyOf"]?.array?.compactMap { $0["required"]?.array?.first?.string }
        #expect(needed == ["action", "leadSource"])
        for path in ["/v1/events", "/in/{token}"] {
            let content = document["paths"]?[path]?["post"]?["requestBody"]?["content"]
            for type in members(content) { #expect(type.value["schema"] != JSON.object([]), "\(path) \(type.name)") }
            let array = content?["application/json"]?["schema"]?["anyOf"]?.array?[1]
            #expect(array?["minItems"]?.integer == 0 && array?["maxItems"]?.integer == 1_000)
        }
    }

    @Test func `operations with a key say which scope, the others that they need none`() {
        for path in members(document["paths"]) {
            for operation in members(path.value) {
                let needsKey = operation.value["security"]?.array?.isEmpty == false
                #expect(needsKey == (operation.value["x-scope"] != nil))
                #expect(needsKey == path.name.hasPrefix("/v1/"))
                #expect(needsKey == (operation.value["responses"]?["401"] != nil))
            }
        }
    }
}
