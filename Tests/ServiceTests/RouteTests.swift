import Testing

@testable import Service

@Suite struct RouteTests {
    @Test func `every operation has a name of its own`() {
        let names = Route.all.map(\.operation)
        #expect(Set(names).count == names.count)
    }
}
